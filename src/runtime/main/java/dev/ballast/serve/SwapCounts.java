package dev.ballast.serve;

/**
 * The swaps of a {@link ModelRef} so far.
 *
 * @param done that replaced the model
 * @param refused that threw and changed nothing
 * @param nanos that those that were done took, from when the model before was free
 */
public record SwapCounts(long done, long refused, long nanos) {
  static final SwapCounts NONE = new SwapCounts(0, 0, 0);

  SwapCounts and(Swap swap) {
    return new SwapCounts(done + 1, refused, nanos + swap.prepareNanos() + swap.publishNanos());
  }

  SwapCounts andRefused() {
    return new SwapCounts(done, refused + 1, nanos);
  }
}
