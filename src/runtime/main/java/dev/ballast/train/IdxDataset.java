package dev.ballast.train;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ballast.kernel.Slice;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Images and labels from a pair of IDX files, kept as bytes off the heap. A pixel p becomes (p /
 * 255 − mean) / deviation.
 */
public final class IdxDataset implements Dataset {
  private final Arena arena;
  private final MemorySegment images;
  private final MemorySegment labels;
  private final int size;
  private final Shape example;
  private final int pixels;
  private final float[] scaled = new float[256];

  private IdxDataset(Arena arena, IdxFile images, IdxFile labels, double mean, double deviation) {
    this.arena = arena;
    this.images = images.bytes();
    this.labels = labels.bytes();
    this.size = images.shape().dim(0);
    this.example = images.shape().slice(1, images.shape().rank());
    this.pixels = Math.toIntExact(example.elements());
    for (int p = 0; p < scaled.length; p++) {
      scaled[p] = (float) ((p / 255.0 - mean) / deviation);
    }
  }

  /**
   * @throws IOException where a file can't be read, or their numbers of examples differ
   */
  public static IdxDataset open(Path images, Path labels, double mean, double deviation)
      throws IOException {
    Arena arena = Arena.ofShared();
    try {
      IdxFile x = IdxFile.read(images, arena);
      IdxFile y = IdxFile.read(labels, arena);
      if (y.shape().rank() != 1 || y.shape().dim(0) != x.shape().dim(0)) {
        throw new IOException(
            labels
                + ": labels "
                + y.shape()
                + " do not fit the images "
                + x.shape()
                + " of "
                + images);
      }
      return new IdxDataset(arena, x, y, mean, deviation);
    } catch (IOException | IllegalArgumentException e) {
      arena.close();
      throw e;
    }
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Shape example() {
    return example;
  }

  @Override
  public TensorType target() {
    return TensorType.i32();
  }

  @Override
  public void copy(int index, Slice x, Slice target, int row) {
    long from = (long) index * pixels;
    long to = (long) row * pixels;
    MemorySegment out = x.memory();
    for (int i = 0; i < pixels; i++) {
      out.setAtIndex(JAVA_FLOAT_UNALIGNED, to + i, scaled[images.get(JAVA_BYTE, from + i) & 255]);
    }
    target.setLong(row, labels.get(JAVA_BYTE, index) & 255);
  }

  /** The label of an example. */
  public int label(int index) {
    return labels.get(JAVA_BYTE, index) & 255;
  }

  @Override
  public String checksum() {
    return Checksums.sha256(images, labels);
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
