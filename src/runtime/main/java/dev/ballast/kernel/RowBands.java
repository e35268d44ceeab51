package dev.ballast.kernel;

import dev.ballast.kernel.MapProgram.Storage;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * An elementwise program cut along the first axis of its space: a kernel for each band of rows. The
 * cut changes no bit.
 *
 * @param rows of a band; the last may have fewer
 */
record RowBands(MapProgram program, Shape space, int rows) {
  /** Rows whose bits fill whole words, whatever their length. */
  private static final int ROWS_OF_WORDS = Integer.SIZE;

  /** At most so many bands, about alike, that end where words of bits and vectors do. */
  static RowBands of(MapProgram program, Shape space, int most) {
    int all = space.dim(0);
    long row = space.elements() / all;
    int rows = Math.ceilDiv(all, most);
    if (row % ROWS_OF_WORDS != 0) {
      rows = Math.ceilDiv(rows, ROWS_OF_WORDS) * ROWS_OF_WORDS;
    }
    return new RowBands(program, space, Math.min(rows, all));
  }

  int count() {
    return Math.ceilDiv(space.dim(0), rows);
  }

  int firstRow(int band) {
    return Math.min(space.dim(0), band * rows);
  }

  private Shape space(int band) {
    return withRows(space, firstRow(band + 1) - firstRow(band));
  }

  private static Shape withRows(Shape s, int rows) {
    return Shape.of(rows).append(s.slice(1, s.rank()));
  }

  /** What {@link #kernel} wants as workspace for any one band. */
  long workspaceBytes(List<Shape> inputs) {
    return Math.max(workspaceBytes(0, inputs), workspaceBytes(count() - 1, inputs));
  }

  private long workspaceBytes(int band, List<Shape> inputs) {
    List<Shape> cut =
        inputs.stream().map(s -> hasRows(s) ? withRows(s, space(band).dim(0)) : s).toList();
    return Programs.workspaceAlone(program, space(band), cut);
  }

  private boolean hasRows(Shape s) {
    return s.rank() == space.rank() && s.dim(0) == space.dim(0);
  }

  /**
   * The kernel of one band.
   *
   * @param s operands of the whole space, and workspace for this band
   */
  Kernel kernel(int band, Slices s) {
    List<Slice> in = new ArrayList<>();
    for (int k = 0; k < s.inputs().size(); k++) {
      in.add(slice(band, program.inputs().get(k), s.in(k)));
    }
    List<Slice> out = new ArrayList<>();
    for (int k = 0; k < program.results().size(); k++) {
      out.add(slice(band, program.results().get(k).storage(), s.out(k)));
    }
    return Programs.bindAlone(program, space(band), new Slices(in, out, s.workspace()));
  }

  private Slice slice(int band, Storage storage, Slice s) {
    long row = space.elements() / space.dim(0);
    long first = firstRow(band) * row;
    if (storage == Storage.BITS) {
      long bits = (long) space(band).dim(0) * row;
      TensorType words = TensorType.i32(Math.toIntExact(Math.ceilDiv(bits, Integer.SIZE)));
      return new Slice(words, s.memory().asSlice(first / Byte.SIZE, words.bytes()));
    }
    if (!hasRows(s.type().shape())) {
      return s;
    }
    TensorType cut = s.type().withShape(withRows(s.type().shape(), space(band).dim(0)));
    long from = s.memory().byteSize() / space.dim(0) * firstRow(band);
    return new Slice(cut, s.memory().asSlice(from, cut.bytes()));
  }
}
