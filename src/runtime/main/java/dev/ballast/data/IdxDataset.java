package dev.ballast.data;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ballast.kernel.Slice;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Images and labels from a pair of IDX files, kept as bytes off the heap or mapped. A pixel p
 * becomes (p / 255 − mean) / deviation.
 */
public final class IdxDataset implements LabelledDataset {
  private final Arena arena;
  private final MemorySegment images;
  private final MemorySegment labels;
  private final int size;
  private final Shape example;
  private final int pixels;
  private final Pixels scale;
  private final Path labelFile;

  private IdxDataset(
      Arena arena, IdxFile images, IdxFile labels, Path labelFile, double mean, double deviation) {
    this.arena = arena;
    this.images = images.bytes();
    this.labels = labels.bytes();
    this.size = images.shape().dim(0);
    this.example = images.shape().slice(1, images.shape().rank());
    this.pixels = Math.toIntExact(example.elements());
    this.scale = new Pixels(mean, deviation);
    this.labelFile = labelFile;
  }

  /**
   * @throws IOException where a file can't be read, or their numbers of examples differ
   */
  public static IdxDataset open(Path images, Path labels, double mean, double deviation)
      throws IOException {
    Arena arena = OffHeap.arena(Kind.DATA, images.toString());
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
      return new IdxDataset(arena, x, y, labels, mean, deviation);
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
  public void copyExample(int index, Slice x, int row) {
    scale.copy(images, (long) index * pixels, pixels, x, row);
  }

  @Override
  public int label(int index) {
    return labels.get(JAVA_BYTE, index) & 255;
  }

  @Override
  public String place(int index) {
    return labelFile + ": example " + index;
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
