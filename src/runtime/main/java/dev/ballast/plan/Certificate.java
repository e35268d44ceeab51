package dev.ballast.plan;

import java.util.Locale;

/**
 * What is proven of a placement.
 *
 * @param bytes the SCRATCH bytes it takes
 * @param loadBound the largest sum of live SCRATCH bytes, aligned, at any step: no placement of
 *     these lifetimes takes less
 */
public record Certificate(long bytes, long loadBound) {
  public boolean isOptimal() {
    return bytes == loadBound;
  }

  /** {@code OPTIMAL (load)}, or the gap to the bound. */
  @Override
  public String toString() {
    if (isOptimal()) {
      return "OPTIMAL (load)";
    }
    return String.format(Locale.ROOT, "GAP %.2f %%", 100.0 * (bytes - loadBound) / loadBound);
  }
}
