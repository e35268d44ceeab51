package dev.ballast.plan;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.op.Ops;
import dev.ballast.op.Regularize;
import dev.ballast.runtime.Feed;
import dev.ballast.runtime.Outcome;
import dev.ballast.tensor.PlanException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Recomputation with a fault planted: graph, plan or bits must show it. */
class RecomputeMutationsTest {
  private static final Graph STEP = DeepTraining.mlp(8, 16, 24, 0.3);

  private static Plan budgeted() {
    Plan smallest = Planner.smallest(STEP, PlanOptions.defaults());
    assertTrue(smallest.recomputation().nodes() > 0);
    return smallest;
  }

  /** A sequence in which every update stands as early as its own operands let it. */
  @Test
  void aCloneThatReadsAnUpdatedParameterIsRefusedByTheGraph() {
    Tape tape = Tape.of(STEP);
    Replay replay = new Replay(tape, true);
    Uses uses = new Uses(tape);
    replay.run(ChainSchedule.everythingKept(tape, uses));
    replay.run(ChainSchedule.nothingKept(tape, uses, replay.originalAt(replay.peakAt())));
    int[] sequence = replay.sequence();
    int clone = 0;
    List<Integer> seen = new ArrayList<>();
    for (int at = 0; at < sequence.length; at++) {
      int op = sequence[at];
      clone = seen.contains(op) && tape.sources()[op].length > 0 ? at : clone;
      seen.add(op);
    }
    assertTrue(clone > 0, "no clone reads a parameter");
    int target = tape.sources()[sequence[clone]][0];
    int update = -1;
    for (int at = 0; at < sequence.length; at++) {
      for (int t : tape.updates()[sequence[at]]) {
        update = t == target ? at : update;
      }
    }
    assertTrue(update > clone, "the update waits for the clone");
    List<Integer> moved = new ArrayList<>();
    for (int at = 0; at < sequence.length; at++) {
      if (at != clone) {
        moved.add(sequence[at]);
      }
      if (at == update) {
        moved.add(sequence[clone]);
      }
    }
    int[] wrong = moved.stream().mapToInt(Integer::intValue).toArray();
    SequenceGraph.of(tape, sequence);
    String refusal =
        assertThrows(IllegalStateException.class, () -> SequenceGraph.of(tape, wrong)).getMessage();
    assertTrue(refusal.contains("after its update"), refusal);
  }

  @Test
  void aCloneOfDropoutThatDrawsOtherNumbersGivesOtherBits() {
    Feed feed = Feed.random(STEP, 3, -0.5, 0.5);
    Outcome expected = feed.run(STEP, PlanOptions.defaults(), 3);
    Graph right = budgeted().graph();
    feed.run(right, PlanOptions.defaults(), 3).assertSameBits(expected);
    List<Node> nodes = new ArrayList<>(right.nodes());
    int changed = 0;
    for (int i = 0; i < nodes.size(); i++) {
      Node n = nodes.get(i);
      if (n.op() instanceof Regularize.Dropout d && n.name().endsWith(" again")) {
        Regularize.Dropout other = new Regularize.Dropout(d.rate(), d.stream() + 1000);
        nodes.set(i, new Node(n.index(), n.name(), n.phase(), other, n.inputs(), n.results()));
        changed++;
      }
    }
    assertTrue(changed > 0, "no dropout is computed again");
    Graph wrong = new Graph(right.name(), right.values(), nodes, right.outputs(), right.updates());
    Outcome other = feed.run(wrong, PlanOptions.defaults(), 3);
    assertFalse(other.contents().equals(expected.contents()));
  }

  /** Each buffer's life cut by its last step; those that nobody would miss may pass. */
  @Test
  void aResultLetGoWhileItIsNeededIsRefusedByThePlan() {
    Plan plan = budgeted();
    int refused = 0;
    for (Buffer b : plan.buffers(Region.SCRATCH)) {
      Value last = b.values().isEmpty() ? plan.graph().values().getFirst() : b.values().getLast();
      boolean read = plan.graph().users().get(last.id()).stream().anyMatch(n -> !n.isView());
      if (b.to() - b.from() >= 2 && read) {
        assertThrows(
            PlanException.class, () -> PlanVerifier.verify(dyingEarly(plan, b)), b.toString());
        refused++;
      }
    }
    assertTrue(refused > 10, refused + " planted");
  }

  private static Plan dyingEarly(Plan plan, Buffer b) {
    List<Step> steps = new ArrayList<>();
    for (Step s : plan.steps()) {
      List<Integer> dying = new ArrayList<>(s.dying());
      dying.remove((Integer) b.id());
      if (s.index() == b.to() - 2) {
        dying.add(b.id());
      }
      steps.add(new Step(s.index(), s.node(), s.workspace(), dying));
    }
    return new Plan(
        plan.graph(), plan.options(), steps, plan.buffers(), plan.places(), plan.noReuseBytes());
  }

  /** Without the delay, an update whose turn comes before a clone's would be read by it. */
  @Test
  void anUpdateWaitsForClonesThatReadWhatItOverwrites() {
    var b = new dev.ballast.ir.GraphBuilder("late");
    var x = b.input("x", dev.ballast.tensor.TensorType.f32(64, 64));
    var w = b.parameter("w", dev.ballast.tensor.TensorType.f32(64, 64));
    var early = Ops.tanh(Ops.mul(x, w));
    var used = Ops.sin(early);
    b.update(w, Ops.assign(w, Ops.neg(x)));
    var big = Ops.matmul(used, used);
    var bigger = Ops.mul(Ops.exp(Ops.neg(big)), big);
    b.output("y", Ops.sum(Ops.mul(Ops.mul(bigger, early), used)));
    Graph g = b.build();
    Tape tape = Tape.of(g);
    Replay replay = new Replay(tape, true);
    int[] until = ChainSchedule.everythingKept(tape, new Uses(tape));
    until[0] = 1;
    until[1] = 2;
    replay.run(until);
    assertTrue(replay.isCloned(0) && replay.isCloned(1));
    Graph again = SequenceGraph.of(tape, replay.sequence());
    Feed feed = Feed.random(g, 1, -1, 1);
    feed.run(again, PlanOptions.defaults(), 3)
        .assertSameBits(feed.run(g, PlanOptions.defaults(), 3));
  }
}
