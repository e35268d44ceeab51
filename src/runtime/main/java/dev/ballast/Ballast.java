package dev.ballast;

import dev.ballast.kernel.Warmer;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.memory.OffHeapLimitException;
import dev.ballast.openblas.LoadReport;
import dev.ballast.openblas.OpenBlas;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** What concerns the whole process: the memory that Ballast takes off the heap. */
public final class Ballast {
  private Ballast() {}

  /**
   * Refuses from now on what would bring Ballast's memory off the heap beyond so many bytes, by
   * {@link OffHeapLimitException}; what is taken already stays. OpenBLAS, which takes its memory by
   * itself when it is loaded, does not count.
   *
   * @return the limit before, {@link Long#MAX_VALUE} where there was none
   */
  public static long limit(long bytes) {
    return OffHeap.limit(bytes);
  }

  /** The limit; {@link Long#MAX_VALUE} where there is none. */
  public static long limit() {
    return OffHeap.limit();
  }

  /** What is taken at this moment. */
  public static Memory memory() {
    OptionalLong openBlas =
        OpenBlas.loaded().map(LoadReport::residentBytesAtLoad).orElseGet(() -> OptionalLong.of(0));
    return new Memory(OffHeap.taken(), openBlas);
  }

  /**
   * Whether no kernel waits for HotSpot to compile it. Ballast makes loops for the shapes of a
   * graph and runs them in the background until they are compiled; until then plain code serves,
   * with the same bits and up to forty times slower.
   *
   * <p>Kernels ask for that when a session is opened and in its first runs. So a service lets each
   * kind of session run some ten times, waits, and then says that it is ready.
   */
  public static boolean isWarm() {
    return Warmer.isIdle();
  }

  /**
   * Waits until {@link #isWarm}.
   *
   * @return whether it is; false after so long, or where the thread was interrupted
   */
  public static boolean awaitWarm(Duration most) {
    return Warmer.awaitIdle(most.toNanos());
  }

  /**
   * Bytes off the heap.
   *
   * @param taken by kind
   * @param openBlas by how much loading OpenBLAS grew the process's resident memory, where known; 0
   *     while nothing has needed it
   */
  public record Memory(Map<Kind, Long> taken, OptionalLong openBlas) {
    public Memory {
      taken = Map.copyOf(taken);
    }

    /** Everything that is known. */
    public long total() {
      return taken.values().stream().mapToLong(Long::longValue).sum() + openBlas.orElse(0);
    }

    @Override
    public String toString() {
      return taken.entrySet().stream()
              .sorted(Map.Entry.comparingByKey())
              .map(e -> String.format(Locale.ROOT, "%s %,d", e.getKey(), e.getValue()))
              .collect(Collectors.joining(", "))
          + (openBlas.isPresent()
              ? String.format(Locale.ROOT, ", openblas %,d", openBlas.getAsLong())
              : "");
    }
  }
}
