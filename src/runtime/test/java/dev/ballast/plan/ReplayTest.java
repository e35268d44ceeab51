package dev.ballast.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Graph;
import dev.ballast.pass.Passes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is replayed is what is planned, and what is found is near what there is. */
class ReplayTest {
  private static int[] randomChoice(Tape tape, Random random) {
    Uses uses = new Uses(tape);
    int[] until = new int[tape.ops()];
    for (int op = 0; op < until.length; op++) {
      int time = op + random.nextInt(tape.ops() - op);
      boolean drops = tape.cloneable()[op] && random.nextBoolean();
      until[op] = drops ? uses.lastBy(op, time) : Replay.FOREVER;
    }
    return until;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 22})
  void noPlanHasAHigherLoadOrOtherFlopsThanItsReplay(long seed) {
    Graph g = Passes.standard(RandomGraphs.of(seed, 40));
    Tape tape = Tape.of(g);
    Random random = new Random(seed);
    for (boolean inPlace : List.of(true, false)) {
      PlanOptions options =
          inPlace ? PlanOptions.defaults() : PlanOptions.defaults().without(PlanRule.IN_PLACE);
      Replay replay = new Replay(tape, inPlace);
      for (int i = 0; i < 10; i++) {
        replay.run(randomChoice(tape, random));
        Graph again = SequenceGraph.of(tape, replay.sequence());
        Plan plan = Planner.plan(again, options);
        assertTrue(plan.certificate().loadBound() <= replay.peak());
        assertEquals(g.flops() + replay.extraFlops(), again.flops());
        assertEquals(tape.ops() + replay.clones(), plan.steps().size());
      }
    }
  }

  /** All choices of what to let go at the turn, one by one: at most 2¹⁰. */
  @ParameterizedTest
  @ValueSource(longs = {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30})
  void noChoiceBeatsTheBoundAndTheSearchIsAsGoodAsTryingThemAll(long seed) {
    Graph g = Passes.standard(RandomGraphs.of(seed, 12));
    Tape tape = Tape.of(g);
    Uses uses = new Uses(tape);
    Replay replay = new Replay(tape, true);
    replay.run(ChainSchedule.everythingKept(tape, uses));
    long most = replay.peak();
    int turn = replay.originalAt(replay.peakAt());
    List<Integer> open = new ArrayList<>();
    for (int op = 0; op < turn && open.size() < 10; op++) {
      if (tape.cloneable()[op] && uses.isIdle(op, turn)) {
        open.add(op);
      }
    }
    long limit = most - most / 12;
    long cheapest = Long.MAX_VALUE;
    for (int choice = 0; choice < 1 << open.size(); choice++) {
      int[] until = ChainSchedule.everythingKept(tape, uses);
      for (int k = 0; k < open.size(); k++) {
        int op = open.get(k);
        until[op] = (choice >> k & 1) == 1 ? uses.lastBy(op, turn) : Replay.FOREVER;
      }
      replay.run(until);
      if (replay.peak() <= limit) {
        cheapest = Math.min(cheapest, replay.extraFlops());
      }
    }
    if (cheapest == Long.MAX_VALUE) {
      return;
    }
    assertTrue(RecomputationBound.flops(tape, limit) <= cheapest);
    long found = new RetentionSearch(tape, true).within(limit).orElseThrow().flops();
    assertTrue(RecomputationBound.flops(tape, limit) <= found);
    assertTrue(found <= 1.1 * cheapest, found + " FLOPs where " + cheapest + " do");
  }
}
