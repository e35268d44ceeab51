package dev.ballast.cli.picture;

import dev.ballast.ir.Phase;
import dev.ballast.plan.Region;

/**
 * What bytes are for: one colour each. Colours differ in lightness as well as in hue, from Okabe
 * and Ito's set, so that they stay apart for colour-blind eyes and in grey.
 */
enum Kind {
  FORWARD("f", "#86bbe8", "#2f78b7", "forward: activations"),
  BACKWARD("b", "#f2a154", "#c25e00", "backward: gradients"),
  UPDATE("u", "#a76aa8", "#7a3f7b", "update"),
  PREPARE("p", "#8fc9a5", "#3d8a5c", "prepared once: packed weights"),
  WEIGHTS("w", "#c3ccd6", "#93a1b0", "weights"),
  STATE("s", "#dbe1e8", "#aab6c3", "state"),
  IO("i", "#e9e3d3", "#c2b898", "inputs, outputs, constants");

  final String style;
  final String fill;
  final String edge;
  final String meaning;

  Kind(String style, String fill, String edge, String meaning) {
    this.style = style;
    this.fill = fill;
    this.edge = edge;
    this.meaning = meaning;
  }

  static Kind of(Phase phase) {
    return switch (phase) {
      case PREPARE -> PREPARE;
      case FORWARD -> FORWARD;
      case BACKWARD -> BACKWARD;
      case UPDATE -> UPDATE;
    };
  }

  /** What a buffer holds before the run writes to it. */
  static Kind of(Region region, Phase phase) {
    return switch (region) {
      case WEIGHTS -> WEIGHTS;
      case PREPARED -> PREPARE;
      case STATE -> STATE;
      case IO -> IO;
      case SCRATCH -> of(phase);
    };
  }
}
