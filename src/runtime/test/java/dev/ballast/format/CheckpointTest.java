package dev.ballast.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.format.Forgery.Part;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.ModelFormatException;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  @TempDir Path folder;
  private final Arena arena = Arena.ofConfined();
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("checkpoint.ballast");
    Checkpoints.write(file, arena);
  }

  @AfterEach
  void free() {
    arena.close();
  }

  /** A checkpoint of the graph with one weight, with two states. */
  static final class Checkpoints {
    private Checkpoints() {}

    static Checkpoint of(Arena arena) {
      SequencedMap<String, String> progress = new TreeMap<>();
      progress.put("epochs", "3");
      progress.put("loss_sum", "0x1.8p-3");
      long bytes = Layout.weightsBytes(Samples.line());
      MemorySegment weights = arena.allocate(bytes, Layout.ALIGNMENT);
      weights.set(ValueLayout.JAVA_FLOAT, 0, 0.5f);
      MemorySegment best = arena.allocate(bytes, Layout.ALIGNMENT);
      best.set(ValueLayout.JAVA_FLOAT, 4, -2f);
      TensorType velocity = TensorType.of(DType.F32, 3);
      MemorySegment v = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3);
      MemorySegment step = arena.allocateFrom(ValueLayout.JAVA_LONG, 77);
      return new Checkpoint(
          progress,
          weights,
          Optional.of(best),
          List.of(
              new SavedState("velocity.w", velocity, v),
              new SavedState("optimizer.step", TensorType.i64(), step)));
    }

    static void write(Path file, Arena arena) throws IOException {
      SequencedMap<String, String> metadata = new TreeMap<>();
      metadata.put("seed", "42");
      of(arena).write(file, Samples.line(), metadata);
    }
  }

  @Test
  void whatIsReadIsWhatWasWritten() throws IOException {
    Checkpoint expected = Checkpoints.of(arena);
    Checkpoint found = Checkpoint.read(file, arena);
    assertEquals(expected.progress(), found.progress());
    assertArrayEquals(bytes(expected.weights()), bytes(found.weights()));
    assertArrayEquals(bytes(expected.bestWeights().get()), bytes(found.bestWeights().get()));
    assertEquals(2, found.states().size());
    for (int i = 0; i < 2; i++) {
      SavedState e = expected.states().get(i);
      SavedState f = found.states().get(i);
      assertEquals(e.name() + e.type(), f.name() + f.type());
      assertArrayEquals(bytes(e.elements()), bytes(f.elements()));
    }
  }

  private static byte[] bytes(MemorySegment m) {
    return m.toArray(ValueLayout.JAVA_BYTE);
  }

  /** One bit of each byte; {@link DamagedModelFileTest} tries them all on the same reader. */
  @Test
  void aFlippedBitInAnyByteIsFound() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (int at = 0; at < bytes.length; at++) {
        int place = at;
        channel.write(ByteBuffer.wrap(new byte[] {(byte) (bytes[at] ^ 1 << at % 8)}), at);
        assertThrows(ModelFormatException.class, this::read, () -> "byte " + place);
        channel.write(ByteBuffer.wrap(bytes, at, 1), at);
      }
    }
  }

  private void read() throws IOException {
    try (Arena scratch = Arena.ofConfined()) {
      Checkpoint.read(file, scratch);
    }
  }

  @Test
  void everyShorterFileIsRefused() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    for (int n = 0; n < bytes.length; n += 7) {
      Files.write(file, Arrays.copyOf(bytes, n));
      assertThrows(ModelFormatException.class, this::read);
    }
  }

  private void refused(String kind, byte[] content, String expected) throws IOException {
    List<Part> parts = new ArrayList<>();
    for (Part p : Forgery.parts(Files.readAllBytes(file))) {
      parts.add(p.kind().equals(kind) ? new Part(kind, content) : p);
    }
    Files.write(file, Forgery.assemble(parts));
    ModelFormatException e = assertThrows(ModelFormatException.class, this::read);
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }

  /** Sections that are forged, their checksums right. */
  @Test
  void sectionsThatMakeNoSenseAreRefused() throws IOException {
    byte[] intact = Files.readAllBytes(file);
    refused("STAT", new byte[] {-1, -1, -1, -1}, "states");
    Files.write(file, intact);
    refused("STAT", new byte[] {1, 0, 0, 0}, "");
    Files.write(file, intact);
    refused("BEST", new byte[4], "expected weights of 64 bytes, found 4");
    Files.write(file, intact);
    refused("PROG", new byte[] {9, 0, 0, 0}, "");
  }

  @Test
  void statesThatAreCutOrTwiceAreRefused() throws IOException {
    byte[] stat =
        Forgery.parts(Files.readAllBytes(file)).stream()
            .filter(p -> p.kind().equals("STAT"))
            .findFirst()
            .orElseThrow()
            .content();
    byte[] intact = Files.readAllBytes(file);
    refused("STAT", Arrays.copyOf(stat, stat.length - 64), "'optimizer.step' of 8 bytes");
    Files.write(file, intact);
    refused("STAT", Arrays.copyOf(stat, stat.length + 64), "64 bytes more");
    Files.write(file, intact);
    byte[] dirty = stat.clone();
    dirty[dirty.length - 1] = 1;
    refused("STAT", dirty, "expected zeros");
  }
}
