package dev.ballast.kernel;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The way through the places of a result, each gathered from the source places that its taps meet,
 * going forward (the result is the window's positions) or backward (it is the image). Neighbours in
 * memory that share their taps are walked as one stretch: the same place of all images where they
 * lie interleaved, and where the window moves by one the places of a line as well.
 */
final class GatherWalk {
  /** What is done for a stretch. */
  @FunctionalInterface
  interface Stretch {
    /**
     * @param source the first tap's element for the first of them
     * @param result the first of {@code length} elements
     */
    void at(GatherTile.Patch patch, long source, int group, long result, int length);
  }

  /**
   * The images of one side.
   *
   * @param plane elements of a channel, all interleaved images together
   * @param line elements of a line of it
   * @param channels of an image
   */
  record Side(long plane, long line, int channels) {}

  private final int images;
  private final int groups;
  private final int lanes;
  private final Side from;
  private final Side to;
  private final List<Taps.Run> down;
  private final List<Taps.Run> across;
  private final GatherTile.Patch[][] patches;

  /** Lines of a channel of the result. */
  private final int height;

  private GatherWalk(ConvolutionShape s, boolean forward) {
    this.images = s.images();
    this.groups = s.groups();
    this.lanes = s.lanes();
    Side x = new Side(s.inPlane(), (long) s.x().in() * lanes, s.in());
    Side y = new Side(s.outPlane(), (long) s.x().out() * lanes, s.out());
    this.from = forward ? x : y;
    this.to = forward ? y : x;
    this.down = forward ? Taps.forward(s.y()) : Taps.backward(s.y());
    this.across = forward ? Taps.forward(s.x()) : Taps.backward(s.x());
    this.patches = patches(s.x().kernel());
    this.height = forward ? s.y().out() : s.y().in();
  }

  private GatherWalk(
      ConvolutionShape s, Side from, Side to, List<Taps.Run> across, GatherTile.Patch patch) {
    this.images = 1;
    this.groups = s.groups();
    this.lanes = 1;
    this.from = from;
    this.to = to;
    this.down = List.of(new Taps.Run(0, 1, 0, 1, new Taps.Pattern(List.of(), List.of())));
    this.across = across;
    this.patches = new GatherTile.Patch[][] {{patch}};
    this.height = 1;
  }

  /**
   * From one image to its result, both with lines {@code pitch} apart, as if each channel were one
   * line of {@code length} lanes.
   */
  static GatherWalk flat(ConvolutionShape s, int pitch, int length, int inPlane, int outPlane) {
    int[] offsets = new int[s.taps()];
    int[] weights = new int[s.taps()];
    for (int t = 0; t < s.taps(); t++) {
      int k = t / s.x().kernel();
      int l = t % s.x().kernel();
      offsets[t] = k * s.y().dilation() * pitch + l * s.x().dilation();
      weights[t] = t;
    }
    Taps.Run line = new Taps.Run(0, length, 0, 1, new Taps.Pattern(List.of(), List.of()));
    return new GatherWalk(
        s,
        new Side(inPlane, pitch, s.in()),
        new Side(outPlane, pitch, s.out()),
        List.of(line),
        new GatherTile.Patch(offsets, weights));
  }

  /** From x to y. */
  static GatherWalk forward(ConvolutionShape s) {
    return new GatherWalk(s, true);
  }

  /** From y to x. */
  static GatherWalk backward(ConvolutionShape s) {
    return new GatherWalk(s, false);
  }

  Side from() {
    return from;
  }

  Side to() {
    return to;
  }

  int images() {
    return images;
  }

  private GatherTile.Patch[][] patches(int kernelWidth) {
    Map<List<Taps.Pattern>, GatherTile.Patch> made = new HashMap<>();
    GatherTile.Patch[][] all = new GatherTile.Patch[down.size()][across.size()];
    for (int i = 0; i < down.size(); i++) {
      for (int j = 0; j < across.size(); j++) {
        Taps.Pattern p = down.get(i).pattern();
        Taps.Pattern q = across.get(j).pattern();
        all[i][j] = made.computeIfAbsent(List.of(p, q), k -> patch(p, q, kernelWidth));
      }
    }
    return all;
  }

  private GatherTile.Patch patch(Taps.Pattern p, Taps.Pattern q, int kernelWidth) {
    int n = p.taps().size() * q.taps().size();
    int[] source = new int[n];
    int[] weight = new int[n];
    int t = 0;
    for (int i = 0; i < p.taps().size(); i++) {
      for (int j = 0; j < q.taps().size(); j++, t++) {
        long offset = p.offsets().get(i) * from.line + (long) q.offsets().get(j) * lanes;
        source[t] = Math.toIntExact(offset);
        weight[t] = p.taps().get(i) * kernelWidth + q.taps().get(j);
      }
    }
    return new GatherTile.Patch(source, weight);
  }

  /** Lines of the result, all images and groups together: lines do not depend on each other. */
  int lines() {
    return images * groups * height;
  }

  /** All lines. */
  void walk(Stretch stretch) {
    walk(stretch, 0, lines());
  }

  /** The lines from {@code first} until {@code end}. */
  void walk(Stretch stretch, int first, int end) {
    int line = first;
    while (line < end) {
      int block = line / height;
      int from = line - block * height;
      int to = Math.min(height, end - block * height);
      block(stretch, block / groups, block % groups, from, to);
      line = block * height + to;
    }
  }

  private void block(Stretch stretch, int image, int group, int from, int to) {
    int sources = this.from.channels / groups;
    int results = this.to.channels / groups;
    long source = ((long) image * this.from.channels + (long) group * sources) * this.from.plane;
    long result = ((long) image * this.to.channels + (long) group * results) * this.to.plane;
    for (int i = 0; i < patches.length; i++) {
      Taps.Run d = down.get(i);
      int end = Math.min(to, d.from() + d.count());
      for (int line = Math.max(from, d.from()); line < end; line++) {
        long at = source + (d.source() + (long) (line - d.from()) * d.step()) * this.from.line;
        line(stretch, patches[i], at, group, result + line * this.to.line);
      }
    }
  }

  /** The lengths that stretches have. */
  int[] lengths() {
    return across.stream()
        .mapToInt(a -> a.step() == 1 ? a.count() * lanes : lanes)
        .distinct()
        .toArray();
  }

  private void line(
      Stretch stretch, GatherTile.Patch[] patch, long source, int group, long result) {
    for (int j = 0; j < patch.length; j++) {
      Taps.Run a = across.get(j);
      long first = source + (long) a.source() * lanes;
      long to0 = result + (long) a.from() * lanes;
      if (a.step() == 1) {
        stretch.at(patch[j], first, group, to0, a.count() * lanes);
      } else {
        for (int k = 0; k < a.count(); k++) {
          long moved = (long) k * a.step() * lanes;
          stretch.at(patch[j], first + moved, group, to0 + (long) k * lanes, lanes);
        }
      }
    }
  }
}
