package dev.ballast.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Kernels of every kind at once, used a few times only before they must be warm. */
@Tag("alone")
class WarmKernelsTest {
  /**
   * In a process with so many kinds HotSpot was seen to keep some on the heap that it compiles well
   * in others: four that share an exponential, once in eight runs. What the warmer does not run at
   * all was 61 of 270.
   */
  private static final int OF_WHICH_ONE_MAY_FAIL = 10;

  @Test
  void kernelsMakeNoVectorsOnTheHeapOnceTheWarmerIsIdle() {
    assumeTrue(Simd.isAvailable(), Simd.description());
    List<KernelSamples.Sample> samples = KernelSamples.all();
    samples.forEach(s -> WarmedTest.times(WarmedTest.SEEN, s.kernel()));
    List<Warm<Kernel>> pools = Stream.of(WarmPool.values()).map(WarmPool::of).toList();
    assertTrue(Warmer.awaitIdle(TimeUnit.SECONDS.toNanos(240)), "all get warm");
    List<String> found = new ArrayList<>();
    for (KernelSamples.Sample s : samples) {
      WarmedTest.times(WarmedTest.FIRST_RUNS, s.kernel());
      long bytes = WarmedTest.bytesOf(s.kernel());
      if (bytes > WarmedTest.MOST_BYTES) {
        found.add(s.name() + ": " + bytes + " bytes in " + WarmedTest.RUNS + " runs");
      }
    }
    pools.forEach(p -> assertTrue(p.code().isPresent(), "plain code would serve for good"));
    assertTrue(found.size() <= samples.size() / OF_WHICH_ONE_MAY_FAIL, found::toString);
  }
}
