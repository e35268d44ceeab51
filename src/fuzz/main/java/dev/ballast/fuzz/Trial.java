package dev.ballast.fuzz;

import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.memory.OffHeapLimitException;
import dev.ballast.runtime.HeapAllocation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * One input, given to a reader as a file, and what is allowed to come of it: an answer or an
 * exception that the reader declares, with memory that the input's size justifies.
 *
 * @param file that holds the input
 * @param bytes of the input
 */
record Trial(Path file, long bytes) {
  private static final long MEGABYTE = 1 << 20;

  /** What a reader costs whatever it reads: classes that are loaded, buffers, messages. */
  private static final long HEAP_AT_LEAST = 16 * MEGABYTE;

  private static final long OFF_HEAP_AT_LEAST = MEGABYTE;

  /** Inputs that a reader had no complaint about. */
  private static long accepted;

  static long accepted() {
    return accepted;
  }

  /** Something that reads. */
  interface Reading {
    void run(Trial trial) throws IOException;
  }

  /**
   * How much a byte of input may make a reader take.
   *
   * @param heap allocated in all, garbage included
   * @param offHeap taken at the same time
   */
  record Bounds(long heap, long offHeap) {}

  /**
   * @param suffix of the file's name, which says what some readers take it for
   * @param declared exceptions that say that the input is bad, besides those of files
   * @throws AssertionError where more memory was taken than the bounds allow, or is still taken
   */
  static void of(
      byte[] input,
      String suffix,
      Bounds bounds,
      Set<Class<? extends RuntimeException>> declared,
      Reading reading) {
    Path file = Inputs.write(input, suffix);
    Trial trial = new Trial(file, input.length);
    long most = HEAP_AT_LEAST + bounds.heap * input.length;
    long used = trial.heapOf(bounds, declared, reading);
    // The first time classes are loaded, and instrumented, which takes more than reading does.
    if (used > most) {
      used = trial.heapOf(bounds, declared, reading);
    }
    if (used > most) {
      throw new AssertionError(
          input.length + " bytes of input made the reader allocate " + used + " on the heap");
    }
  }

  /** Reads; tells how many bytes were allocated meanwhile. */
  private long heapOf(
      Bounds bounds, Set<Class<? extends RuntimeException>> declared, Reading reading) {
    long before = taken();
    long limit = OffHeap.limit(before + OFF_HEAP_AT_LEAST + bounds.offHeap * bytes);
    long heap = HeapAllocation.ofCurrentThread();
    try {
      reading.run(this);
      accepted++;
    } catch (OffHeapLimitException e) {
      throw new AssertionError(bytes + " bytes of input: " + e.getMessage(), e);
    } catch (IOException e) {
      demandMessage(e);
    } catch (RuntimeException e) {
      if (declared.stream().noneMatch(c -> c.isInstance(e))) {
        throw e;
      }
      demandMessage(e);
    } finally {
      OffHeap.limit(limit);
    }
    if (taken() != before) {
      throw new AssertionError((taken() - before) + " bytes off the heap were not given back");
    }
    return HeapAllocation.ofCurrentThread() - heap;
  }

  private static void demandMessage(Exception e) {
    if (e.getMessage() == null || e.getMessage().isBlank()) {
      throw new AssertionError("an exception that says nothing", e);
    }
  }

  private static long taken() {
    return OffHeap.taken().values().stream().mapToLong(Long::longValue).sum();
  }

  /** Memory that counts. */
  static Arena arena() {
    return OffHeap.arena(Kind.DATA, "what a fuzzer reads");
  }

  /** The files that inputs are written to: one for each suffix, in memory where the system can. */
  private static final class Inputs {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final Path FOLDER = folder();

    private static Path folder() {
      try {
        Path folder =
            Files.isWritable(SHARED_MEMORY)
                ? Files.createTempDirectory(SHARED_MEMORY, "ballast-fuzz")
                : Files.createTempDirectory("ballast-fuzz");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
        return folder;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void delete(Path folder) {
      try (var files = Files.list(folder)) {
        for (Path f : files.toList()) {
          Files.delete(f);
        }
        Files.delete(folder);
      } catch (IOException e) {
        // It lies where the system tidies up.
      }
    }

    static Path write(byte[] input, String suffix) {
      try {
        // A file that may still be mapped must not be cut: another takes its name.
        Path file = FOLDER.resolve("input" + suffix);
        Files.deleteIfExists(file);
        return Files.write(file, input);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
