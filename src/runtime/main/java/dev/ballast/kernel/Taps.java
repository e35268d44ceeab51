package dev.ballast.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * Along one axis, from which places of its source a place of the result is gathered, and by which
 * taps of the window. Going forward the result is the window's positions and the source the image;
 * going backward it is the other way round. Only taps that meet the source are listed, so borders
 * need no zeros.
 */
final class Taps {
  /** Taps, and how far each one's source place is from that of the first. */
  record Pattern(List<Integer> taps, List<Integer> offsets) {
    Pattern {
      taps = List.copyOf(taps);
      offsets = List.copyOf(offsets);
    }
  }

  /**
   * Neighbouring places of the result with one pattern.
   *
   * @param from the first of them
   * @param source the first tap's source place for {@code from}
   * @param step by how much that place moves from one to the next
   */
  record Run(int from, int count, int source, int step, Pattern pattern) {
    Run longer() {
      return new Run(from, count + 1, source, step, pattern);
    }
  }

  private Taps() {}

  /** For each position of the window, the image's places under it. */
  static List<Run> forward(WindowAxis a) {
    List<Run> runs = new ArrayList<>();
    for (int o = 0; o < a.out(); o++) {
      List<Integer> taps = new ArrayList<>();
      List<Integer> sources = new ArrayList<>();
      for (int k = 0; k < a.kernel(); k++) {
        if (a.has(a.place(o, k))) {
          taps.add(k);
          sources.add(a.place(o, k));
        }
      }
      append(runs, o, taps, sources, a.stride());
    }
    return runs;
  }

  /** For each place of the image, the window's positions that it lies under. */
  static List<Run> backward(WindowAxis a) {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < a.in(); i++) {
      List<Integer> taps = new ArrayList<>();
      List<Integer> sources = new ArrayList<>();
      for (int k = 0; k < a.kernel(); k++) {
        int shifted = i + a.padding() - k * a.dilation();
        if (shifted >= 0 && shifted % a.stride() == 0 && shifted / a.stride() < a.out()) {
          taps.add(k);
          sources.add(shifted / a.stride());
        }
      }
      append(runs, i, taps, sources, 1);
    }
    return runs;
  }

  /** Adds a place to the last run where it goes on like it, else as a run of its own. */
  private static void append(
      List<Run> runs, int place, List<Integer> taps, List<Integer> sources, int step) {
    int first = sources.isEmpty() ? 0 : sources.getFirst();
    Pattern p = new Pattern(taps, sources.stream().map(s -> s - first).toList());
    if (!runs.isEmpty()) {
      Run last = runs.getLast();
      boolean goesOn =
          last.pattern.equals(p)
              && (taps.isEmpty() || first == last.source + last.count * last.step);
      if (goesOn) {
        runs.set(runs.size() - 1, last.longer());
        return;
      }
    }
    runs.add(new Run(place, 1, first, step, p));
  }
}
