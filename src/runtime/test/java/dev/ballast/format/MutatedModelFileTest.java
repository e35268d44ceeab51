package dev.ballast.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.ballast.format.Forgery.Part;
import dev.ballast.ir.Graph;
import dev.ballast.op.OpRegistry;
import dev.ballast.tensor.ModelFormatException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Wrong content under right checksums. It is either refused or, where it happens to be a model, is
 * written back as the same bytes; nothing else is ever thrown, and little memory is taken.
 */
class MutatedModelFileTest {
  private static final int[] ABSURD = {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 24, 0, 1};
  private static final OpRegistry OPS = OpRegistry.builtIn().with(Samples.Marker.class);

  @TempDir Path folder;

  /** Whether the section is accepted. */
  private static boolean isGraph(byte[] section) {
    MemorySegment m = MemorySegment.ofArray(section);
    try {
      Graph g =
          GraphDecoder.decode(new BoundedReader(Path.of("mutant"), "section GRPH", 0, m), OPS);
      assertArrayEquals(section, GraphEncoder.encode(g));
      return true;
    } catch (ModelFormatException e) {
      assertTrue(e.getMessage().startsWith("mutant: at byte " + e.offset() + ": expected "));
      return false;
    }
  }

  @Test
  void everyFlippedBitOfAGraphIsRefusedOrRead() {
    int[] flips = {1, 2, 4, 8, 16, 32, 64, 128, 3, 255};
    for (Graph graph : List.of(Samples.training(), Samples.marked())) {
      assertTrue(accepted(GraphEncoder.encode(graph), flips) > 0, "names may change");
    }
  }

  @Test
  @Tag("soak")
  void everyByteOfAGraphMayHaveAnyValue() {
    int[] flips = IntStream.range(1, 256).toArray();
    for (Graph graph : List.of(Samples.training(), Samples.marked())) {
      assertTrue(accepted(GraphEncoder.encode(graph), flips) > 0, "names may change");
    }
  }

  /** How many of the graphs with one byte changed are graphs as well. */
  private static int accepted(byte[] section, int[] flips) {
    assertTrue(isGraph(section));
    int accepted = 0;
    for (int at = 0; at < section.length; at++) {
      byte before = section[at];
      for (int flip : flips) {
        section[at] = (byte) (before ^ flip);
        accepted += isGraph(section) ? 1 : 0;
      }
      section[at] = before;
    }
    return accepted;
  }

  @Test
  void everyPrefixOfAGraphIsRefused() {
    for (Graph graph : List.of(Samples.training(), Samples.marked())) {
      byte[] section = GraphEncoder.encode(graph);
      for (int length = 0; length < section.length; length++) {
        assertFalse(isGraph(Arrays.copyOf(section, length)), "length " + length);
      }
    }
  }

  @Test
  void noAbsurdNumberTakesMemory() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    byte[] section = GraphEncoder.encode(Samples.training());
    isGraph(section);
    for (int at = 0; at + 4 <= section.length; at++) {
      for (int absurd : ABSURD) {
        byte[] mutant = section.clone();
        Forgery.littleEndian(mutant).putInt(at, absurd);
        long before = threads.getCurrentThreadAllocatedBytes();
        isGraph(mutant);
        long taken = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(taken < 4 << 20, taken + " bytes for " + absurd + " at " + at);
      }
    }
  }

  @Test
  void randomMutationsOfFilesAreRefusedOrRead() throws IOException {
    mutate(20260101, 1_500, Duration.ofMinutes(1));
  }

  @Test
  @Tag("soak")
  void randomMutationsOfFilesAreRefusedOrReadForLong() throws IOException {
    long seed = System.nanoTime();
    Duration bound = Duration.ofMinutes(Long.getLong("ballast.soak.minutes", 1));
    mutate(seed, Long.MAX_VALUE, bound);
  }

  private void mutate(long seed, long times, Duration bound) throws IOException {
    long end = System.nanoTime() + bound.toNanos();
    List<byte[]> intact =
        List.of(
            Samples.bytes(folder, Samples.training(), "seed", "42", "date", "today"),
            Samples.bytes(folder, Samples.marked()),
            Samples.bytes(folder, Samples.line(), "seed", "42"));
    Random random = new Random(seed);
    Path file = folder.resolve("mutant.ballast");
    ReadOptions options = ReadOptions.defaults().withOps(OPS);
    int read = 0;
    int refused = 0;
    for (long i = 0; i < times && System.nanoTime() < end; i++) {
      byte[] mutant = mutant(intact.get(random.nextInt(intact.size())), random);
      Files.write(file, mutant);
      try (ModelFile m = ModelFile.open(file, options.withMapWeights(random.nextBoolean()))) {
        m.weightsChecksum();
        read++;
      } catch (ModelFormatException e) {
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", round " + i, e);
      }
    }
    assertTrue(read > 0 && refused > 0, "seed " + seed + ": " + read + " read, " + refused);
  }

  private static byte[] mutant(byte[] file, Random random) {
    List<Part> parts = Forgery.parts(file);
    Part part = parts.get(random.nextInt(parts.size()));
    return switch (random.nextInt(4)) {
      case 0 -> Forgery.withHeader(file, 12 + 4 * random.nextInt(22), Forgery.u32(number(random)));
      case 1 -> Forgery.with(file, new Part(part.kind(), resized(part.content(), random)));
      default -> Forgery.with(file, new Part(part.kind(), scribbled(part.content(), random)));
    };
  }

  private static int number(Random random) {
    return random.nextBoolean() ? ABSURD[random.nextInt(ABSURD.length)] : random.nextInt(5000);
  }

  private static byte[] resized(byte[] content, Random random) {
    return Arrays.copyOf(content, random.nextInt(content.length + 65));
  }

  private static byte[] scribbled(byte[] content, Random random) {
    byte[] c = content.clone();
    for (int n = random.nextInt(4); n >= 0 && c.length >= 4; n--) {
      if (random.nextBoolean()) {
        c[random.nextInt(c.length)] = (byte) random.nextInt();
      } else {
        Forgery.littleEndian(c).putInt(random.nextInt(c.length - 3), number(random));
      }
    }
    return c;
  }
}
