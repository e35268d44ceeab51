package dev.ballast.bench.soak;

import dev.ballast.Ballast;
import dev.ballast.format.ModelFile;
import dev.ballast.memory.OffHeap;
import dev.ballast.memory.OffHeapLimitException;
import dev.ballast.serve.ModelRef;
import dev.ballast.serve.ServingModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Swaps in what is learnt. Every fifth model comes from a file and is mapped; before every seventh
 * swap the limit on memory goes down so far that it is refused, and up again.
 */
final class Swapper {
  private static final int FILE_EACH = 5;
  private static final int REFUSED_EACH = 7;

  private final ModelRef ref;
  private final Learner learner;
  private final Reference reference;
  private final Versions versions;
  private final MemorySegment weights;
  private final Path folder;
  private final Queue<ServingModel> alive = new ConcurrentLinkedQueue<>();
  private float[] last;
  private double leastDistance = Double.POSITIVE_INFINITY;

  // Written by the thread that swaps alone.
  private volatile int swaps;
  private volatile int mapped;
  private volatile int refused;

  /**
   * @param first the scores of the model that serves already
   * @param weights memory for a copy of what is learnt
   * @param folder for model files
   */
  Swapper(
      ModelRef ref,
      Learner learner,
      Reference reference,
      Versions versions,
      float[] first,
      MemorySegment weights,
      Path folder) {
    this.ref = ref;
    this.learner = learner;
    this.reference = reference;
    this.versions = versions;
    this.last = first;
    this.weights = weights;
    this.folder = folder;
    alive.add(ref.current());
  }

  void swap() {
    learner.copyTo(weights);
    float[] scores = reference.answers(weights);
    leastDistance = Math.min(leastDistance, Versions.distance(last, scores));
    last = scores;
    versions.announce(scores);
    boolean done = false;
    if ((swaps + 1) % REFUSED_EACH == 0) {
      withoutRoomForWeights();
      done = withoutRoomForSessions();
      if (!done) {
        versions.withdraw();
        versions.announce(scores);
      }
    }
    if (!done) {
      publish(isMapped() ? load() : ref.current().withWeights(weights));
    }
    versions.confirm();
    swaps = swaps + 1;
  }

  private void publish(ServingModel next) {
    boolean published = false;
    try {
      ref.swap(next);
      alive.add(next);
      published = true;
    } finally {
      if (!published) {
        next.close();
      }
    }
  }

  private boolean isMapped() {
    return (swaps + 1) % FILE_EACH == 0;
  }

  /** The file is deleted at once: what is mapped stays readable. */
  private ServingModel load() {
    Path file = folder.resolve("learnt-" + swaps + ".ballast");
    mapped = mapped + 1;
    try {
      ModelFile.write(file, ref.current().graph(), weights, new LinkedHashMap<>());
      try {
        return ServingModel.load(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Refused, but for guests that leave at that instant. */
  private void withoutRoomForWeights() {
    long before = Ballast.limit(taken());
    try {
      ref.current().withWeights(weights).close();
    } catch (OffHeapLimitException e) {
      refused = refused + 1;
    } finally {
      Ballast.limit(before);
    }
  }

  /**
   * @return whether it was swapped in, where guests left at that instant
   */
  private boolean withoutRoomForSessions() {
    ServingModel next = ref.current().withWeights(weights);
    long before = Ballast.limit(taken());
    try {
      publish(next);
      return true;
    } catch (OffHeapLimitException e) {
      refused = refused + 1;
      return false;
    } finally {
      Ballast.limit(before);
    }
  }

  private static long taken() {
    return OffHeap.taken().values().stream().mapToLong(Long::longValue).sum();
  }

  int swaps() {
    return swaps;
  }

  /** Swaps to models that were mapped. */
  int mapped() {
    return mapped;
  }

  int refused() {
    return refused;
  }

  /** Of a version and the one before; see {@link Versions#distance}. */
  double leastDistance() {
    return leastDistance;
  }

  /** Models that have memory at this moment. */
  int modelsAlive() {
    alive.removeIf(ServingModel::isFreed);
    return alive.size();
  }
}
