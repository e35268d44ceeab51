package dev.ballast.plan;

/**
 * What came of reordering: peaks of SCRATCH, before any gap that placement leaves.
 *
 * @param givenBytes in the order of the graph that was to be planned
 * @param bytes in the order of the plan
 * @param boundBytes no order of these steps has a lower peak, with the same values sharing bytes
 */
public record Ordering(long givenBytes, long bytes, long boundBytes) {
  /** Whether it is proven that no order is better. */
  public boolean isCertified() {
    return bytes == boundBytes;
  }

  /** How far above the bound, as a part of it. */
  public double gap() {
    return boundBytes == 0 ? 0 : (double) (bytes - boundBytes) / boundBytes;
  }
}
