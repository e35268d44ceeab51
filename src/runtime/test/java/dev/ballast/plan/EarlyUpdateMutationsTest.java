package dev.ballast.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Graph;
import dev.ballast.pass.EarlyUpdates;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Updates that come early, with a fault planted: one step more and a reader sees the new value. */
class EarlyUpdateMutationsTest {
  private static final Graph EARLY = EarlyUpdates.run(DeepTraining.mlp(4, 16, 24, 0));

  @Test
  void anUpdateBeforeTheLastReaderOfItsTargetIsRefusedByTheGraph() {
    Tape tape = Tape.of(EARLY);
    int planted = 0;
    for (int update = 0; update < tape.ops(); update++) {
      for (int target : tape.updates()[update]) {
        int reader = lastReader(tape, target, update);
        if (reader >= 0) {
          int[] wrong = readLater(tape.ops(), reader, update);
          String refusal =
              assertThrows(IllegalStateException.class, () -> SequenceGraph.of(tape, wrong))
                  .getMessage();
          assertTrue(refusal.contains("after its update"), refusal);
          planted++;
        }
      }
    }
    assertTrue(planted >= 4, planted + " planted");
    int[] right = IntStream.range(0, tape.ops()).toArray();
    assertEquals(EARLY.nodes().size(), SequenceGraph.of(tape, right).nodes().size());
  }

  /** One whose results the update does not need, so that nothing but the target is in its way. */
  private static int lastReader(Tape tape, int target, int update) {
    for (int op = update - 1; op >= 0; op--) {
      int reader = op;
      boolean reads = IntStream.of(tape.sources()[op]).anyMatch(t -> t == target);
      boolean free =
          IntStream.range(op + 1, update + 1)
              .allMatch(k -> IntStream.of(tape.needs()[k]).noneMatch(p -> p == reader));
      if (reads && free) {
        return op;
      }
    }
    return -1;
  }

  /** The given order, with the reader behind the update. */
  private static int[] readLater(int ops, int reader, int update) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, ops).boxed().toList());
    order.remove((Integer) reader);
    order.add(order.indexOf(update) + 1, reader);
    return order.stream().mapToInt(Integer::intValue).toArray();
  }
}
