package dev.ballast.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScalarRunTest {
  @Test
  void everyFunctionHasAnOperation() {
    Set<String> functions =
        Stream.concat(
                Arrays.stream(UnaryFunction.values()).map(Enum::name),
                Arrays.stream(BinaryFunction.values()).map(Enum::name))
            .collect(Collectors.toSet());
    Set<String> operations =
        Arrays.stream(ScalarOp.values())
            .map(Enum::name)
            .collect(Collectors.toCollection(HashSet::new));
    operations.removeAll(Set.of("SELECT", "MUL_ADD"));
    assertEquals(functions, operations);
  }

  @Test
  void aFunctionsOperationIsTheFunction() {
    for (UnaryFunction f : UnaryFunction.values()) {
      assertEquals(f.apply(0.75), ScalarOp.of(f).apply(0.75, Double.NaN, Double.NaN));
    }
    for (BinaryFunction f : BinaryFunction.values()) {
      assertEquals(f.apply(0.75, 2), ScalarOp.of(f).apply(0.75, 2, Double.NaN));
    }
  }
}
