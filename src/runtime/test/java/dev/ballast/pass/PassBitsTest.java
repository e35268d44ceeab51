package dev.ballast.pass;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.ir.Graph;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.RandomGraphs;
import dev.ballast.runtime.Feed;
import dev.ballast.runtime.Outcome;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** No pass changes a bit of what a graph computes, over three runs with updates between them. */
class PassBitsTest {
  private static final Map<String, UnaryOperator<Graph>> PASSES = new LinkedHashMap<>();

  static {
    PASSES.put("constant folding", ConstantFolding::run);
    PASSES.put("common subexpressions", CommonSubexpressions::run);
    PASSES.put("dead code", DeadCode::run);
    PASSES.put("early updates", EarlyUpdates::run);
    PASSES.put("losses with their gradients", JoinLosses::run);
    PASSES.put("fusion", FuseElementwise::run);
    PASSES.put("fusion of bits", g -> FuseElementwise.run(BitMasks.run(g)));
    PASSES.put("fusion of sums", g -> FuseSums.run(FuseElementwise.run(g)));
    PASSES.put("all passes", Passes::standard);
    PASSES.put("all passes, twice", g -> Passes.standard(Passes.standard(g)));
  }

  @TestFactory
  Stream<DynamicTest> everyPassKeepsEveryBit() {
    return PASSES.entrySet().stream()
        .map(e -> dynamicTest(e.getKey(), () -> compareOnRandomGraphs(e.getValue())));
  }

  private static void compareOnRandomGraphs(UnaryOperator<Graph> pass) {
    LongStream.range(0, 12)
        .forEach(
            seed -> {
              Graph before = RandomGraphs.of(seed, 30);
              Feed feed = Feed.random(before, seed, -1, 1);
              Outcome expected = feed.run(before, PlanOptions.defaults(), 3);
              feed.run(pass.apply(before), PlanOptions.defaults(), 3).assertSameBits(expected);
            });
  }
}
