package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransposerTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "16, 16", "17, 33", "64, 48", "5, 100", "100, 3", "31, 15", "2, 2"})
  void rowsBecomeColumnsAndNothingElseIsTouched(int rows, int columns) {
    int fromRow = columns + 3;
    int toRow = rows + 5;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocate(4L * rows * fromRow + 64, 64);
      MemorySegment to = arena.allocate(4L * columns * toRow + 64, 64);
      for (int i = 0; i < rows * fromRow; i++) {
        from.setAtIndex(JAVA_INT, i, i);
      }
      to.fill((byte) -1);
      Transposer.transpose(from, 4, 4L * fromRow, to, 8, 4L * toRow, rows, columns);
      for (int c = 0; c < columns; c++) {
        for (int r = 0; r < toRow; r++) {
          int expected = r < rows ? 1 + r * fromRow + c : -1;
          assertEquals(expected, to.getAtIndex(JAVA_INT, 2 + (long) c * toRow + r));
        }
      }
    }
  }
}
