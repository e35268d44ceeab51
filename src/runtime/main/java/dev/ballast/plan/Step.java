package dev.ballast.plan;

import dev.ballast.ir.Node;
import java.util.List;
import java.util.OptionalInt;

/**
 * One kernel of a run, in order.
 *
 * @param index when, from 0
 * @param workspace the id of the buffer that is its workspace, if it has one
 * @param dying the ids of the SCRATCH buffers that are dead once it has run
 */
public record Step(int index, Node node, OptionalInt workspace, List<Integer> dying) {
  public Step {
    dying = List.copyOf(dying);
  }
}
