package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * C = A·B by register tiles, where B is packed in {@link Panels}. A piece is a panel, or some rows
 * of one; so B, which is larger than A as a rule, is read once, from first byte to last. Columns
 * that fill no vector are computed in the workspace, zeros with them, and copied from there.
 */
final class PackedProduct implements Kernel, Workers.Task {
  /** Vectors across a tile of more than one row, and rows of one where registers are few. */
  private static final int MOST_VECTORS = TileGrid.FEW_REGISTERS ? 2 : 4;

  private static final int FEW_ROWS = 6;

  /** Rows of tiles in one piece. */
  private static final int BANDS = 8;

  private final Panels panels;
  private final TileGrid.Left a;
  private final MemorySegment b;
  private final MemorySegment c;
  private final Workers workers;
  private final long cRow;
  private final int across;
  private final int[] firstRow;
  private final int groups;
  private final Strip whole;
  private final Strip last;
  private final MemorySegment[] edges;

  PackedProduct(
      Panels panels,
      int rows,
      TileGrid.Left a,
      MemorySegment b,
      MemorySegment c,
      MemorySegment workspace,
      Workers workers) {
    this.panels = panels;
    this.a = a;
    this.b = b;
    this.c = c;
    this.workers = workers;
    this.cRow = (long) panels.columns() * Float.BYTES;
    this.across = across(panels, rows);
    this.firstRow = firstRows(rows, height(rows, across));
    this.groups = Math.ceilDiv(bands(), BANDS);
    this.whole = new Strip(panels.columnsOf(0));
    this.last = new Strip(panels.columnsOf(panels.count() - 1));
    this.edges = new MemorySegment[last.isRagged ? groups : 0];
    long bytes = edgeBytes(panels, rows);
    for (int i = 0; i < edges.length; i++) {
      edges[i] = workspace.asSlice(i * bytes, bytes);
    }
  }

  /** Vectors across a tile. */
  private static int across(Panels panels, int rows) {
    int most = rows == 1 ? TileGrid.MOST_VECTORS : MOST_VECTORS;
    return Math.clamp(panels.width() / Lanes.COUNT, 1, most);
  }

  private static int height(int rows, int across) {
    if (rows == 1) {
      return 1;
    }
    return TileGrid.FEW_REGISTERS ? FEW_ROWS : Panels.height(across);
  }

  /** Where bands of rows start, all of about the same height; then the number of rows. */
  private static int[] firstRows(int rows, int most) {
    int[] first = new int[Math.ceilDiv(rows, most) + 1];
    for (int i = 0; i < first.length; i++) {
      first[i] = (int) ((long) rows * i / (first.length - 1));
    }
    return first;
  }

  private int bands() {
    return firstRow.length - 1;
  }

  /** Bytes of the tile at the end of C's rows. */
  private static long edgeBytes(Panels panels, int rows) {
    int across = across(panels, rows);
    return (long) height(rows, across) * across * Lanes.COUNT * Float.BYTES;
  }

  /** Bytes of workspace. */
  static long workspaceBytes(Panels panels, int rows) {
    if (panels.columns() % Lanes.COUNT == 0) {
      return 0;
    }
    int bands = Math.ceilDiv(rows, height(rows, across(panels, rows)));
    return Math.ceilDiv(bands, BANDS) * edgeBytes(panels, rows);
  }

  @Override
  public void run() {
    workers.run(this, panels.count() * groups);
  }

  @Override
  public void piece(int index) {
    int panel = index / groups;
    int group = index % groups;
    Strip strip = panel == panels.count() - 1 ? last : whole;
    int to = Math.min(bands(), (group + 1) * BANDS);
    for (int i = group * BANDS; i < to; i++) {
      strip.run(panel, i, group);
    }
  }

  /** The tiles across a panel. */
  private final class Strip {
    final int columns;
    final boolean isRagged;
    final long tileBytes = (long) across * Lanes.COUNT * Float.BYTES;

    /** By place across, then by band. */
    final Tile[][] tiles;

    Strip(int columns) {
      this.columns = columns;
      this.isRagged = columns % Lanes.COUNT > 0;
      int vectors = Math.ceilDiv(columns, Lanes.COUNT);
      this.tiles = new Tile[Math.ceilDiv(vectors, across)][bands()];
      for (int t = 0; t < tiles.length; t++) {
        int width = Math.min(across, vectors - t * across);
        for (int i = 0; i < bands(); i++) {
          tiles[t][i] = TileCode.of(new Tile.Form(firstRow[i + 1] - firstRow[i], width));
        }
      }
    }

    void run(int panel, int band, int group) {
      long column = panel * panels.rowBytes();
      for (int t = 0; t < tiles.length; t++) {
        long at = firstRow[band] * cRow + column + t * tileBytes;
        if (isRagged && t == tiles.length - 1) {
          tile(panel, band, t, edges[group], 0, tileBytes);
          copy(band, edges[group], cRow - column - t * tileBytes, at);
        } else {
          tile(panel, band, t, c, at, cRow);
        }
      }
    }

    private void tile(int panel, int band, int t, MemorySegment sums, long sumsAt, long sumsRow) {
      tiles[t][band].run(
          a.memory(),
          firstRow[band] * a.row(),
          a.row(),
          a.step(),
          b,
          panel * panels.panelBytes() + t * tileBytes,
          panels.rowBytes(),
          panels.depth(),
          sums,
          sumsAt,
          sumsRow);
    }

    private void copy(int band, MemorySegment edge, long bytes, long at) {
      for (int r = 0; r < firstRow[band + 1] - firstRow[band]; r++) {
        MemorySegment.copy(edge, r * tileBytes, c, at + r * cRow, bytes);
      }
    }
  }
}
