package dev.ballast.kernel;

import dev.ballast.tensor.Shape;
import java.util.List;

/** An elementwise program that threads share, a band of rows in a piece. */
final class SharedProgram implements Kernel, Workers.Task {
  private static final int MOST_PIECES = 8;

  /** What a vector takes at least, to and from the second cache. */
  private static final double NANOS_OF_VECTOR = 1;

  private static final double NANOS_OF_OPERATION = 0.25;

  /** It takes a microsecond or two until a piece is another thread's, and all know it is done. */
  private static final double LEAST_NANOS = 8_000;

  private final Workers workers;
  private final Kernel[] pieces;

  /**
   * @param s with the bytes of workspace that are asked for
   */
  SharedProgram(MapProgram program, Shape space, Slices s) {
    RowBands cut = cut(program, space);
    long bytes = cut.workspaceBytes(s.inputs().stream().map(i -> i.type().shape()).toList());
    this.workers = s.workers();
    this.pieces = new Kernel[cut.count()];
    for (int i = 0; i < pieces.length; i++) {
      Slices own = new Slices(s.inputs(), s.results(), s.workspace().asSlice(i * bytes, bytes));
      pieces[i] = cut.kernel(i, own);
    }
  }

  /** Whether a loop takes so long that sharing it pays; the same on every machine. */
  static boolean serves(MapProgram program, Shape space) {
    double vectors = (double) space.elements() / ProgramLayout.MOST_LANES;
    double nanos = Math.max(NANOS_OF_VECTOR, NANOS_OF_OPERATION * LaneCost.of(program));
    return space.rank() > 0 && vectors * nanos >= LEAST_NANOS;
  }

  static long workspaceBytes(MapProgram program, Shape space, List<Shape> inputs) {
    RowBands cut = cut(program, space);
    return cut.count() * cut.workspaceBytes(inputs);
  }

  private static RowBands cut(MapProgram program, Shape space) {
    return RowBands.of(program, space, MOST_PIECES);
  }

  @Override
  public void run() {
    workers.run(this, pieces.length);
  }

  @Override
  public void piece(int index) {
    pieces[index].run();
  }
}
