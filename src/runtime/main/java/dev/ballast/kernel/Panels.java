package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ballast.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A matrix B[K,N] packed for products A·B: panels of so many columns one after the other, in each
 * the rows of B, with zeros behind the last column: [panel, K, width]. A register tile then reads
 * memory from first byte to last.
 *
 * @param columns N
 * @param depth K
 * @param width columns of a panel
 */
public record Panels(int columns, int depth, int width) {
  /** Widths are multiples of this, so that every machine's vectors fill them. */
  private static final int GRAIN = 16;

  /** Where a single row meets B, nothing but B's bytes takes time, and wide rows stream best. */
  private static final int ROW_WIDTH = 128;

  private static final int WIDEST = 64;

  /** Rows of a panel that are packed at a time. */
  private static final int STRETCH = 512;

  /** A tile's step takes as long as so many multiplications, however few it has: it loads. */
  private static final int LEAST_COST = 18;

  public Panels {
    if (columns < 1 || depth < 1 || width < 1) {
      throw new IllegalArgumentException(
          "panels of " + width + " columns can't hold a matrix " + depth + "×" + columns);
    }
  }

  /** The panels that serve a product best. */
  public static Panels of(Gemm.Dims d) {
    int most = Math.min(d.m() == 1 ? ROW_WIDTH : WIDEST, Math.ceilDiv(d.n(), GRAIN) * GRAIN);
    int best = most;
    for (int width = most; d.m() > 1 && width >= GRAIN; width -= GRAIN) {
      if (cost(d, width) < cost(d, best)) {
        best = width;
      }
    }
    return new Panels(d.n(), d.k(), best);
  }

  /** What a step of all tiles costs, in multiplications of vectors of {@value #GRAIN} numbers. */
  private static long cost(Gemm.Dims d, int width) {
    int last = Math.ceilDiv((d.n() - 1) % width + 1, GRAIN);
    return (Math.ceilDiv(d.n(), width) - 1L) * cost(d.m(), width / GRAIN) + cost(d.m(), last);
  }

  private static long cost(int rows, int vectors) {
    int bands = Math.ceilDiv(rows, height(vectors));
    long low = rows / bands;
    int high = rows % bands;
    return (bands - high) * Math.max(low * vectors, LEAST_COST)
        + high * Math.max((low + 1) * vectors, LEAST_COST);
  }

  /**
   * The rows of a tile so many vectors wide: 24 sums at most, see {@link TileGrid}, and with the
   * factors and vectors of a step no more than there are registers, 32.
   */
  static int height(int vectors) {
    return Math.min(12, 24 / vectors);
  }

  int count() {
    return Math.ceilDiv(columns, width);
  }

  /** Columns of B in a panel, zeros not counted. */
  int columnsOf(int panel) {
    return Math.min(width, columns - panel * width);
  }

  /** The packed matrix's shape. */
  public Shape shape() {
    return Shape.of(count(), depth, width);
  }

  long rowBytes() {
    return (long) width * Float.BYTES;
  }

  long panelBytes() {
    return depth * rowBytes();
  }

  /**
   * {@code packed} = B.
   *
   * @param transposed whether B is stored as [N,K]
   */
  public Kernel pack(boolean transposed, Slice b, Slice packed) {
    int most = transposed ? Math.min(depth, STRETCH) : 0;
    float[] column = new float[most];
    float[] rows = new float[most * width];
    return () -> {
      for (int p = 0; p < count(); p++) {
        if (transposed) {
          packTransposed(p, b.memory(), packed.memory(), column, rows);
        } else {
          packRows(p, b.memory(), packed.memory());
        }
      }
    };
  }

  /**
   * By way of the heap, and one by one: it is done once, when HotSpot has compiled nothing yet, and
   * an interpreter goes through an array ten times as fast as through a segment. Vector code would
   * take longer still.
   *
   * @param column for so much of a column of B as is packed at a time
   * @param rows for as many rows of the panel
   */
  private void packTransposed(
      int panel, MemorySegment b, MemorySegment packed, float[] column, float[] rows) {
    int count = columnsOf(panel);
    if (count < width) {
      Arrays.fill(rows, 0);
    }
    for (int from = 0; from < depth; from += column.length) {
      int steps = Math.min(column.length, depth - from);
      for (int n = 0; n < count; n++) {
        long start = ((long) (panel * width + n) * depth + from) * Float.BYTES;
        MemorySegment.copy(b, JAVA_FLOAT_UNALIGNED, start, column, 0, steps);
        for (int k = 0, to = n; k < steps; k++, to += width) {
          rows[to] = column[k];
        }
      }
      long at = panel * panelBytes() + from * rowBytes();
      MemorySegment.copy(rows, 0, packed, JAVA_FLOAT_UNALIGNED, at, steps * width);
    }
  }

  private void packRows(int panel, MemorySegment b, MemorySegment packed) {
    long at = panel * panelBytes();
    if (columnsOf(panel) < width) {
      Zeros.fill(packed, at, panelBytes());
    }
    long bytes = (long) columnsOf(panel) * Float.BYTES;
    for (int k = 0; k < depth; k++) {
      long from = ((long) k * columns + (long) panel * width) * Float.BYTES;
      MemorySegment.copy(b, from, packed, at + k * rowBytes(), bytes);
    }
  }

  /** The same for any dtype, an element at a time. */
  public Kernel referencePack(boolean transposed, Slice b, Slice packed) {
    return () -> {
      packed.fill(0);
      for (int n = 0; n < columns; n++) {
        for (int k = 0; k < depth; k++) {
          long from = transposed ? (long) n * depth + k : (long) k * columns + n;
          packed.set(place(k, n), b.get(from));
        }
      }
    };
  }

  /** Where an element of B lies among the packed ones. */
  private long place(int k, int n) {
    return ((long) (n / width) * depth + k) * width + n % width;
  }

  /** {@code c} = A·B for any dtype, summed in double. */
  public Kernel referenceProduct(boolean transposeA, Slice a, Slice packed, Slice c) {
    int rows = Math.toIntExact(c.elements() / columns);
    return () -> {
      for (int m = 0; m < rows; m++) {
        for (int n = 0; n < columns; n++) {
          double sum = 0;
          for (int k = 0; k < depth; k++) {
            long from = transposeA ? (long) k * rows + m : (long) m * depth + k;
            sum += a.get(from) * packed.get(place(k, n));
          }
          c.set((long) m * columns + n, sum);
        }
      }
    };
  }

  /** A product of floats, row by row: the chains of fused multiply-adds that tiles compute too. */
  Kernel plainProduct(TileGrid.Left a, int rows, MemorySegment packed, MemorySegment c) {
    return () -> {
      for (int m = 0; m < rows; m++) {
        for (int n = 0; n < columns; n++) {
          float sum = 0;
          for (int k = 0; k < depth; k++) {
            float x = a.memory().get(JAVA_FLOAT_UNALIGNED, m * a.row() + k * a.step());
            sum = Math.fma(x, packed.getAtIndex(JAVA_FLOAT_UNALIGNED, place(k, n)), sum);
          }
          c.setAtIndex(JAVA_FLOAT_UNALIGNED, (long) m * columns + n, sum);
        }
      }
    };
  }
}
