package dev.ballast.serve;

import java.util.Locale;

/**
 * What replacing a model took.
 *
 * @param prepareNanos until the new model's sessions were open, while the old one answered
 * @param publishNanos until the pools gave them out
 * @param bytesBefore that the process had off the heap before
 * @param bytesDuring with both models
 * @param bytesAfter once it was published; what borrowed sessions still hold is freed later
 */
public record Swap(
    long prepareNanos, long publishNanos, long bytesBefore, long bytesDuring, long bytesAfter) {
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "prepared in %.1f ms, published in %.1f µs; %,d bytes before, %,d during, %,d after",
        prepareNanos / 1e6,
        publishNanos / 1e3,
        bytesBefore,
        bytesDuring,
        bytesAfter);
  }
}
