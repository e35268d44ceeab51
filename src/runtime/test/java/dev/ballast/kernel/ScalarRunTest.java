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

  /** The loop finds a function by its place; its switch has the codes written out. */
  @Test
  void codesAreTheEnumerationsOrder() {
    for (UnaryFunction f : UnaryFunction.values()) {
      assertEquals(f.ordinal(), ScalarOp.of(f).ordinal());
    }
    for (BinaryFunction f : BinaryFunction.values()) {
      assertEquals(f.ordinal(), ScalarOp.of(f).ordinal() - ScalarRun.ADD);
    }
    assertEquals(ScalarRun.ADD, ScalarOp.ADD.ordinal());
    assertEquals(ScalarRun.SUB, ScalarOp.SUB.ordinal());
    assertEquals(ScalarRun.MUL, ScalarOp.MUL.ordinal());
    assertEquals(ScalarRun.SELECT, ScalarOp.SELECT.ordinal());
    assertEquals(ScalarRun.MUL_ADD, ScalarOp.MUL_ADD.ordinal());
  }
}
