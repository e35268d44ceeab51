package dev.ballast.cli.table;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.ballast.data.ArrayDataset;
import dev.ballast.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Gathers encoded rows off the heap, however many there are, and makes a dataset of them. */
final class Collector implements AutoCloseable {
  private static final int ROWS = 4096;
  private final TableFit fit;
  private final Shape example;
  private final int width;
  private final Arena arena = Arena.ofConfined();
  private final List<MemorySegment> chunks = new ArrayList<>();
  private int size;

  /**
   * @param example the shape of an example, of as many elements as the fit is wide
   */
  Collector(TableFit fit, Shape example) {
    this.fit = fit;
    this.example = example;
    this.width = fit.width();
  }

  void add(float[] x, Cell target) throws BadRowException {
    float y =
        switch (fit.target()) {
          case Target.Classes c -> Float.intBitsToFloat(c.label(target, fit.rules()));
          case Target.Quantity q -> q.standardized(target, fit.rules());
        };
    int row = size % ROWS;
    if (row == 0) {
      chunks.add(arena.allocate(JAVA_FLOAT, (long) ROWS * (width + 1)));
    }
    MemorySegment chunk = chunks.getLast();
    MemorySegment.copy(x, 0, chunk, JAVA_FLOAT, (long) row * width * Float.BYTES, width);
    chunk.setAtIndex(JAVA_FLOAT, (long) ROWS * width + row, y);
    size++;
  }

  ArrayDataset dataset() {
    ArrayDataset data =
        fit.target() instanceof Target.Classes
            ? ArrayDataset.labelled(example, size)
            : ArrayDataset.of(example, Shape.of(1), size);
    for (int c = 0; c < chunks.size(); c++) {
      long rows = Math.min(ROWS, size - (long) c * ROWS);
      long first = (long) c * ROWS * Float.BYTES;
      MemorySegment x = data.examples().memory();
      MemorySegment y = data.targets().memory();
      MemorySegment.copy(chunks.get(c), 0, x, first * width, rows * width * Float.BYTES);
      long targets = (long) ROWS * width * Float.BYTES;
      MemorySegment.copy(chunks.get(c), targets, y, first, rows * Float.BYTES);
    }
    return data;
  }

  @Override
  public void close() {
    arena.close();
  }
}
