package dev.ballast.data;

import dev.ballast.kernel.Slice;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Pieces of a text, each to be continued: an example is T characters, its target the T characters
 * that begin one later, so every place of it is a question of its own.
 */
public final class TextDataset implements Dataset {
  private final Arena arena;
  private final TextFile text;
  private final Part part;
  private final int block;
  private final long first;

  /** The places that an example can begin at. */
  private final int starts;

  private final int size;

  /** Where this epoch's examples begin, if they are drawn. */
  private final Optional<int[]> drawn;

  /**
   * A part of a text, as shares of its length.
   *
   * @param from in [0, 1]
   * @param to in [0, 1]
   */
  public record Part(double from, double to) {
    long start(long length) {
      return (long) (from * length);
    }

    long end(long length) {
      return (long) (to * length);
    }
  }

  private TextDataset(Arena arena, TextFile text, Part part, int block, OptionalInt perEpoch)
      throws IOException {
    this.arena = arena;
    this.text = text;
    this.part = part;
    this.block = block;
    this.first = part.start(text.length());
    long characters = part.end(text.length()) - first;
    this.starts = Math.clamp(characters - block, 0, Integer.MAX_VALUE);
    if (starts < 1) {
      throw new IOException(
          "%s: %,d characters do not make one example of %,d and the one after it"
              .formatted(text.file(), characters, block));
    }
    this.size = perEpoch.orElse((int) Math.min(Integer.MAX_VALUE, (characters - 1) / block));
    if (size > starts) {
      throw new IOException(
          "%s: %,d characters have %,d examples of %,d, not %,d for each epoch"
              .formatted(text.file(), characters, starts, block, size));
    }
    this.drawn = perEpoch.isPresent() ? Optional.of(new int[size]) : Optional.empty();
    beginEpoch(0, 0);
  }

  /**
   * @param vocabulary the characters there may be, sorted
   * @param part of the text
   * @param block T, the characters of an example; examples follow each other without overlap
   * @throws IOException where the text can't be read, is too short, or has other characters
   */
  public static TextDataset open(Path file, String vocabulary, Part part, int block)
      throws IOException {
    return open(file, vocabulary, part, block, OptionalInt.empty());
  }

  /**
   * Examples that begin at any character of the part: for each epoch so many of them are drawn, all
   * different, as a function of its number and the run's seed.
   *
   * @throws IOException as above, and where there are not so many
   */
  public static TextDataset drawing(
      Path file, String vocabulary, Part part, int block, int perEpoch) throws IOException {
    return open(file, vocabulary, part, block, OptionalInt.of(perEpoch));
  }

  private static TextDataset open(
      Path file, String vocabulary, Part part, int block, OptionalInt perEpoch) throws IOException {
    Arena arena = OffHeap.arena(Kind.DATA, file.toString());
    boolean opened = false;
    try {
      TextFile text = TextFile.read(file, vocabulary, arena);
      TextDataset data = new TextDataset(arena, text, part, block, perEpoch);
      opened = true;
      return data;
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  @Override
  public void beginEpoch(long seed, int epoch) {
    if (drawn.isEmpty()) {
      return;
    }
    int[] chosen = drawn.get();
    Philox random = new Philox(seed, Philox.PIECES + epoch);
    BitSet taken = new BitSet(starts);
    for (int i = 0; i < chosen.length; i++) {
      int start = random.nextInt(starts);
      while (taken.get(start)) {
        start = random.nextInt(starts);
      }
      taken.set(start);
      chosen[i] = start;
    }
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Shape example() {
    return Shape.of(block);
  }

  @Override
  public TensorType target() {
    return TensorType.i32(block);
  }

  /** Numbers of characters are exact in any type. */
  @Override
  public boolean fills(DType dtype) {
    return true;
  }

  @Override
  public void copy(int index, Slice x, Slice target, int row) {
    long from = first + start(Objects.checkIndex(index, size));
    long to = (long) row * block;
    for (int i = 0; i < block; i++) {
      x.setLong(to + i, text.code(from + i));
      target.setLong(to + i, text.code(from + i + 1));
    }
  }

  private long start(int index) {
    return drawn.isPresent() ? drawn.get()[index] : (long) index * block;
  }

  /** Over the numbers of the part's characters, the vocabulary, and how many are drawn. */
  @Override
  public String checksum() {
    MemorySegment codes =
        text.codes()
            .asSlice(first * Character.BYTES, (part.end(text.length()) - first) * Character.BYTES);
    String known = text.vocabulary() + (drawn.isPresent() ? " drawn " + size : "");
    byte[] characters = known.getBytes(StandardCharsets.UTF_16LE);
    return Checksums.sha256(codes, MemorySegment.ofArray(characters));
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
