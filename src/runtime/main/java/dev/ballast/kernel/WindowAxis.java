package dev.ballast.kernel;

import java.util.stream.IntStream;

/**
 * One axis of an image under a sliding window.
 *
 * @param in places of the image
 * @param kernel places of the window
 * @param stride places from one position of the window to the next
 * @param padding places of zeros thought before and behind the image
 * @param dilation places from one place of the window to the next
 */
public record WindowAxis(int in, int kernel, int stride, int padding, int dilation) {

  /** Positions of the window; below 1 where it does not fit in. */
  public int out() {
    long room = in + 2L * padding - dilation * (kernel - 1L) - 1;
    return room < 0 ? 0 : Math.toIntExact(room / stride + 1);
  }

  /** The image's place under tap {@code k} of the window's position {@code o}; may lie outside. */
  int place(int o, int k) {
    return o * stride - padding + k * dilation;
  }

  /** Whether the image has that place. */
  boolean has(int place) {
    return place >= 0 && place < in;
  }

  /** Whether a place can be under two positions of the window. */
  boolean overlaps() {
    return kernel > 1 && (stride <= (kernel - 1) * dilation || dilation > 1);
  }

  /** Whether every place is under a position of the window, where these do not overlap. */
  boolean isCovered() {
    return stride == kernel && dilation == 1 && out() * stride - padding >= in;
  }

  /** Taps of the window's position {@code o} that meet the image. */
  int met(int o) {
    int n = 0;
    for (int k = 0; k < kernel; k++) {
      n += has(place(o, k)) ? 1 : 0;
    }
    return n;
  }

  /** Whether the window has no position, or one at which it meets nothing but padding. */
  public boolean isEmptySomewhere() {
    return out() < 1 || IntStream.range(0, out()).anyMatch(o -> met(o) == 0);
  }
}
