package dev.ballast.kernel;

import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The loops of {@link MaxPoolLoop}, warmed by small kernels when they are first asked for. These
 * are bound as any other, and of several kinds each: the compiler leaves out what it has not seen,
 * and tests bounds ahead of a loop that hold for what it has seen. With loops that were handed
 * offsets made for the purpose, kernels without places left compiled code now and then.
 */
enum WarmPool {
  /** The largest under a window of 2 × 2. */
  FOUR(window(2, 2, 0)),
  /** The largest under any other. */
  ANY(window(3, 2, 1), window(2, 2, 1)),
  /** The gradient of windows that don't overlap. */
  SCATTER(window(2, 2, 0), window(3, 3, 0)),
  /** The gradient of windows that do. */
  GATHER(window(3, 2, 1), window(2, 1, 0));

  private static final int SIDE = 7;

  /** About as many vector operations as one of these loops has for each tap of a result. */
  private static final int OPERATIONS = 3;

  private static final Map<WarmPool, Warm<Kernel>> MADE = new ConcurrentHashMap<>();

  private final WindowAxis[] windows;

  WarmPool(WindowAxis... windows) {
    this.windows = windows;
  }

  private static WindowAxis window(int kernel, int stride, int padding) {
    return new WindowAxis(SIDE, kernel, stride, padding, 1);
  }

  static Warm<Kernel> of(WarmPool loop) {
    return MADE.computeIfAbsent(loop, WarmPool::warm);
  }

  private static Warm<Kernel> warm(WarmPool loop) {
    List<Kernel> kernels = new ArrayList<>();
    long operations = 0;
    for (WindowAxis window : loop.windows) {
      for (int vectors = 1; vectors <= 2; vectors++) {
        PoolShape s = new PoolShape(vectors * Lanes.COUNT, 2, window, window, true);
        List<Kernel> some = loop.kernels(s);
        kernels.addAll(some);
        operations += some.size() * s.results() / Lanes.COUNT * s.taps() * OPERATIONS;
      }
    }
    Kernel all = Movement.sequence(kernels);
    return Warm.of(() -> all, Kernel::run, Math.toIntExact(operations));
  }

  private List<Kernel> kernels(PoolShape s) {
    Slice x = Warmed.floats(s.channels(), SIDE, SIDE, s.batch());
    Slice y = Warmed.floats(s.channels(), s.y().out(), s.x().out(), s.batch());
    Slice places = Slice.allocate(TensorType.i32(Math.toIntExact(s.placeWords())), Arena.ofAuto());
    Workers alone = Workers.none();
    return switch (this) {
      case FOUR, ANY ->
          List.of(
              MaxPoolLoop.forward(s, x, y, Optional.empty(), alone),
              MaxPoolLoop.forward(s, x, y, Optional.of(places), alone));
      case SCATTER, GATHER -> List.of(MaxPoolLoop.backward(s, places, y, x, alone));
    };
  }
}
