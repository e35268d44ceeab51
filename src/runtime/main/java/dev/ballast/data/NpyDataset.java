package dev.ballast.data;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ballast.kernel.Slice;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;

/**
 * Examples and targets from two arrays of NumPy's, read where they lie: files may be larger than
 * memory. A number v of an example becomes (v − mean) / deviation.
 */
public sealed class NpyDataset implements Dataset {
  private final Arena arena;
  private final NpyFile x;
  private final NpyFile y;
  private final Shape example;
  private final int width;
  private final int targetWidth;
  private final double mean;
  private final double deviation;

  /**
   * What a network takes, and how numbers are scaled for it.
   *
   * @param labels whether targets are the numbers of classes, or quantities
   */
  public record Options(Shape example, double mean, double deviation, boolean labels) {}

  private NpyDataset(Arena arena, NpyFile x, NpyFile y, Options options) {
    this.arena = arena;
    this.x = x;
    this.y = y;
    this.example = options.example();
    this.width = Math.toIntExact(example.elements());
    this.targetWidth = Math.toIntExact(y.row().elements());
    this.mean = options.mean();
    this.deviation = options.deviation();
  }

  /**
   * A {@link Labelled} one where the options say so.
   *
   * @param source a folder, or an {@code .npz} archive
   * @param examples name of the array; in a folder, of the file
   * @param targets the same
   * @throws IOException where an array is missing, or they do not fit each other or the network
   */
  public static NpyDataset open(Path source, String examples, String targets, Options options)
      throws IOException {
    Arena arena = OffHeap.arena(Kind.DATA, source.toString());
    boolean opened = false;
    try {
      NpyFile x = array(source, examples, arena);
      NpyFile y = array(source, targets, arena);
      NpyDataset data = of(arena, x, y, options);
      opened = true;
      return data;
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  /**
   * Of arrays that were found elsewhere.
   *
   * @param arena that they lie in, and that the dataset closes
   * @throws IOException where they do not fit each other or the network
   */
  public static NpyDataset of(Arena arena, NpyFile x, NpyFile y, Options options)
      throws IOException {
    demandFit(x, y, options);
    return options.labels()
        ? new Labelled(arena, x, y, options)
        : new NpyDataset(arena, x, y, options);
  }

  private static NpyFile array(Path source, String name, Arena arena) throws IOException {
    boolean archive = source.toString().toLowerCase(Locale.ROOT).endsWith(".npz");
    return archive ? NpyFile.read(source, name, arena) : NpyFile.map(source.resolve(name), arena);
  }

  private static void demandFit(NpyFile x, NpyFile y, Options options) throws IOException {
    if (x.rows() != y.rows()) {
      throw new IOException(
          "%s: targets %s do not fit the examples %s of %s"
              .formatted(y.name(), y.shape(), x.shape(), x.name()));
    }
    if (options.labels() && !(y.format().isInteger() && y.row().elements() == 1)) {
      throw new IOException(
          "%s: holds %s of %s, where each example needs one whole number, its class"
              .formatted(y.name(), y.row(), y.format().descr()));
    }
    if (x.row().elements() != options.example().elements()) {
      throw new IOException(
          "%s: holds examples %s, the network takes %s"
              .formatted(x.name(), x.row(), options.example()));
    }
  }

  /** Whose targets are the numbers of classes. */
  public static final class Labelled extends NpyDataset implements LabelledDataset {
    private Labelled(Arena arena, NpyFile x, NpyFile y, Options options) {
      super(arena, x, y, options);
    }

    /** A number beyond 32 bits becomes −1, which is no class. */
    @Override
    public int label(int index) {
      long label = targets().format().getLong(targets().elements(), checked(index));
      return (int) label == label ? (int) label : -1;
    }

    @Override
    public void copyExample(int index, Slice batch, int row) {
      copyNumbers(index, batch, row);
    }

    @Override
    public TensorType target() {
      return TensorType.i32();
    }

    @Override
    public void copy(int index, Slice batch, Slice target, int row) {
      copyNumbers(index, batch, row);
      target.setLong(row, label(index));
    }
  }

  final NpyFile targets() {
    return y;
  }

  final int checked(int index) {
    return Objects.checkIndex(index, size());
  }

  /** Whether all numbers of an example and its target are finite. */
  public final boolean isFinite(int index) {
    return isFinite(x, (long) checked(index) * width, width)
        && isFinite(y, (long) index * targetWidth, targetWidth);
  }

  private static boolean isFinite(NpyFile array, long from, int count) {
    if (array.format().isInteger()) {
      return true;
    }
    for (int i = 0; i < count; i++) {
      if (!Float.isFinite((float) array.get(from + i))) {
        return false;
      }
    }
    return true;
  }

  /** Where an example comes from, for complaints about it. */
  public String place(int index) {
    return x.name() + ": example " + index;
  }

  @Override
  public int size() {
    return x.rows();
  }

  @Override
  public Shape example() {
    return example;
  }

  @Override
  public TensorType target() {
    Shape row = y.row();
    return TensorType.f32(row.rank() == 0 ? new int[] {1} : row.dims());
  }

  @Override
  public void copy(int index, Slice batch, Slice target, int row) {
    copyNumbers(index, batch, row);
    MemorySegment out = target.memory();
    for (int i = 0; i < targetWidth; i++) {
      float v = (float) y.get((long) index * targetWidth + i);
      out.setAtIndex(JAVA_FLOAT_UNALIGNED, (long) row * targetWidth + i, v);
    }
  }

  /** Whole numbers that are not scaled can be written as whole numbers. */
  @Override
  public boolean fills(DType dtype) {
    boolean whole = x.format().isInteger() && mean == 0 && deviation == 1;
    return dtype == DType.F32 || dtype == DType.I32 && whole;
  }

  final void copyNumbers(int index, Slice batch, int row) {
    if (!batch.dtype().isFloating()) {
      copyWhole(index, batch, row);
      return;
    }
    MemorySegment out = batch.memory();
    long from = (long) checked(index) * width;
    for (int i = 0; i < width; i++) {
      float v = (float) ((x.get(from + i) - mean) / deviation);
      out.setAtIndex(JAVA_FLOAT_UNALIGNED, (long) row * width + i, v);
    }
  }

  /** A number beyond 32 bits becomes −1, which no table has a row for. */
  private void copyWhole(int index, Slice batch, int row) {
    long from = (long) checked(index) * width;
    for (int i = 0; i < width; i++) {
      long v = x.format().getLong(x.elements(), from + i);
      batch.setLong((long) row * width + i, (int) v == v ? v : -1);
    }
  }

  @Override
  public String checksum() {
    return Checksums.sha256(x.elements(), y.elements());
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
