package dev.ballast.kernel;

import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** How some rows of a convolution are cut into tiles, and the tiles once they may be used. */
final class GatherBlocks {
  private final int[] starts;
  private final List<Warm<GatherTile>> wanted;

  /** None until all are compiled; read and written by all workers. */
  private volatile GatherTile[] tiles = {};

  /**
   * @param from the first row, {@code to} the first that is not meant
   * @param most rows of a tile
   * @param tile one of so many rows
   */
  private GatherBlocks(int from, int to, int most, IntFunction<Warm<GatherTile>> tile) {
    int n = Cut.blocks(to - from, most);
    starts = IntStream.rangeClosed(0, n).map(b -> from + Cut.start(to - from, n, b)).toArray();
    wanted = IntStream.range(0, n).mapToObj(b -> tile.apply(starts[b + 1] - starts[b])).toList();
  }

  /** In generated tiles of so many vectors. */
  static GatherBlocks generated(int from, int to, int vectors) {
    int most = Math.min(GatherTileCode.ROWS, GatherTileCode.SUMS / vectors);
    return new GatherBlocks(from, to, most, rows -> GatherTileCode.of(rows, vectors));
  }

  /** In tiles that do any number of lanes and may be used at once. */
  static GatherBlocks plain(int from, int to) {
    return new GatherBlocks(from, to, PlainGather.ROWS, rows -> Warm.ready(new PlainGather(rows)));
  }

  /** The tiles, or none until all are compiled. */
  GatherTile[] tiles() {
    GatherTile[] now = tiles;
    if (now.length == 0 && areReady()) {
      now = wanted.stream().map(Warm::code).flatMap(Optional::stream).toArray(GatherTile[]::new);
      tiles = now;
    }
    return now;
  }

  private boolean areReady() {
    for (int i = 0; i < wanted.size(); i++) {
      if (wanted.get(i).code().isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** The first row of a tile. */
  int start(int tile) {
    return starts[tile];
  }
}
