package dev.ballast.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Something that all sides run. */
public record PeerWorkload(String name, Net net, int batch, Mode mode) {
  /** What is run of a network. */
  public enum Mode {
    /** Scores. */
    INFERENCE,
    /** The loss, as training computes it. */
    FORWARD,
    /** The loss and the gradient of every parameter. */
    GRADIENT,
    /** A whole step: SGD with momentum. */
    STEP;

    /** As a job has it. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** All, in the order of the tables. */
  public static List<PeerWorkload> all() {
    List<PeerWorkload> all = new ArrayList<>();
    for (int batch : List.of(64, 256)) {
      String name = "mlp-b" + batch;
      all.add(new PeerWorkload(name, Net.mlp(), batch, Mode.STEP));
      all.add(new PeerWorkload(name + "-forward", Net.mlp(), batch, Mode.FORWARD));
      all.add(new PeerWorkload(name + "-forward-backward", Net.mlp(), batch, Mode.GRADIENT));
    }
    all.add(new PeerWorkload("catdog-b1", Net.catdog(), 1, Mode.STEP));
    all.add(new PeerWorkload("catdog-b32", Net.catdog(), 32, Mode.STEP));
    all.add(new PeerWorkload("djl932", Net.djl932(), 32, Mode.STEP));
    all.add(new PeerWorkload("lenet-b64", Net.lenet(), 64, Mode.STEP));
    for (int batch : List.of(1, 8, 64)) {
      all.add(new PeerWorkload("mlp-b" + batch + "-infer", Net.mlp(), batch, Mode.INFERENCE));
    }
    all.add(new PeerWorkload("lenet-b1-infer", Net.lenet(), 1, Mode.INFERENCE));
    return all;
  }

  public boolean trains() {
    return mode != Mode.INFERENCE;
  }
}
