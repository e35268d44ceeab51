package dev.ballast.train;

import dev.ballast.data.Dataset;
import dev.ballast.kernel.Slice;
import dev.ballast.tensor.TensorType;

/** Where a training step gets its batch from. For one thread. */
sealed interface Feed extends AutoCloseable permits Feed.Direct, BatchLoader {

  /**
   * Told once the order of an epoch is known.
   *
   * @param first the place in the order that the epoch begins at, or goes on from
   */
  void begin(int first);

  /**
   * Writes the next examples of the order to the first rows of a batch. Allocates nothing.
   *
   * @param size the examples, a full batch or what is left of the epoch
   */
  void next(Slice x, Slice target, int size);

  @Override
  void close();

  /**
   * On a thread of its own where making examples takes long, else by who asks.
   *
   * @param x the type of a full batch
   * @param target the type of its targets
   */
  static Feed of(Dataset data, Order order, TensorType x, TensorType target) {
    return data.isCostly() ? new BatchLoader(data, order, x, target) : new Direct(data, order);
  }

  /** Copies examples when they are asked for. */
  final class Direct implements Feed {
    private final Dataset data;
    private final Order order;
    private int at;

    Direct(Dataset data, Order order) {
      this.data = data;
      this.order = order;
    }

    @Override
    public void begin(int first) {
      at = first;
    }

    @Override
    public void next(Slice x, Slice target, int size) {
      for (int row = 0; row < size; row++) {
        data.copy(order.at(at++), x, target, row);
      }
    }

    @Override
    public void close() {
      at = 0;
    }
  }
}
