package dev.ballast.data;

import dev.ballast.kernel.Slice;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Lines of a text, each to be foretold character by character: an example is the end mark, which
 * stands before a line too, and the line's characters; the targets are its characters and the end
 * mark. What is left of the T places is the end mark, under a label that the loss ignores.
 *
 * <pre>
 * Ada    x = ⏎ A d a ⏎ ⏎    target = A d a ⏎ – –
 * </pre>
 */
public final class LinesDataset implements Dataset {
  private final Arena arena;
  private final LinesFile lines;
  private final int steps;
  private final int ignored;
  private final int end;

  private LinesDataset(Arena arena, LinesFile lines, int steps, int ignored) {
    this.arena = arena;
    this.lines = lines;
    this.steps = steps;
    this.ignored = ignored;
    this.end = lines.vocabulary().indexOf(LinesFile.END);
  }

  /**
   * @param vocabulary the characters there may be, the end mark among them
   * @param steps T, one more than the characters that a line may have
   * @param ignored the label that the loss does not look at
   * @param bad hears of lines that can't be used, which are left out if it throws nothing
   * @throws IOException where the file can't be read, is no text, or has no line that can be used
   */
  public static LinesDataset open(
      Path file, String vocabulary, int steps, int ignored, LinesFile.Bad bad) throws IOException {
    Arena arena = OffHeap.arena(Kind.DATA, file.toString());
    boolean opened = false;
    try {
      LinesFile lines = LinesFile.read(file, vocabulary, steps - 1, bad, arena);
      LinesDataset data = new LinesDataset(arena, lines, steps, ignored);
      opened = true;
      return data;
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  @Override
  public int size() {
    return lines.size();
  }

  @Override
  public Shape example() {
    return Shape.of(steps);
  }

  @Override
  public TensorType target() {
    return TensorType.i32(steps);
  }

  /** Numbers of characters are exact in any type. */
  @Override
  public boolean fills(DType dtype) {
    return true;
  }

  @Override
  public void copy(int index, Slice x, Slice target, int row) {
    int from = lines.starts()[Objects.checkIndex(index, lines.size())];
    int length = lines.starts()[index + 1] - from;
    long to = (long) row * steps;
    x.setLong(to, end);
    for (int i = 0; i < steps; i++) {
      int next = i < length ? lines.code(from + i) : end;
      target.setLong(to + i, i < length ? next : ignored);
      if (i + 1 < steps) {
        x.setLong(to + i + 1, next);
      }
    }
  }

  /** Over the numbers of all characters, and the vocabulary. */
  @Override
  public String checksum() {
    long length = lines.starts()[lines.size()];
    byte[] characters = lines.vocabulary().getBytes(StandardCharsets.UTF_16LE);
    return Checksums.sha256(
        lines.codes().asSlice(0, length * Character.BYTES), MemorySegment.ofArray(characters));
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
