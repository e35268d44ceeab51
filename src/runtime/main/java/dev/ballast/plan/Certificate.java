package dev.ballast.plan;

import java.util.Locale;

/**
 * What is proven of a placement.
 *
 * @param bytes the SCRATCH bytes it takes
 * @param loadBound the largest sum of live SCRATCH bytes, aligned, at any step: no placement of
 *     these lifetimes takes less
 * @param provenBytes what no placement takes less than, once searches have had their say: the load
 *     bound or more
 */
public record Certificate(long bytes, long loadBound, long provenBytes) {
  public boolean isOptimal() {
    return bytes == provenBytes;
  }

  /**
   * {@code OPTIMAL (load)} at the load bound; {@code OPTIMAL (exhausted)} where a search has ruled
   * out everything below; else the gap to what is proven.
   */
  @Override
  public String toString() {
    if (isOptimal()) {
      return bytes == loadBound ? "OPTIMAL (load)" : "OPTIMAL (exhausted)";
    }
    return String.format(Locale.ROOT, "GAP %.2f %%", 100.0 * (bytes - provenBytes) / provenBytes);
  }
}
