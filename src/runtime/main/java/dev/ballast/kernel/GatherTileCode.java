package dev.ballast.kernel;

import static java.lang.classfile.TypeKind.INT;
import static java.lang.classfile.TypeKind.LONG;
import static java.lang.classfile.TypeKind.REFERENCE;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Writes {@link GatherTile}s of {@code rows} × {@code vectors} registers: for each source channel
 * and tap, a few vectors are loaded and each row's weight is multiplied with all of them.
 */
final class GatherTileCode {
  /** Sums of a tile, at most: with the vectors loaded and a weight they fill 32 registers. */
  static final int SUMS = 24;

  /** Rows of a tile, at most: of more, HotSpot does not keep all vectors in registers. */
  static final int ROWS = 8;

  /** Vectors of a tile side by side, at most. */
  static final int VECTORS = 4;

  /** Tiles of at least so many sums are for the optimizing compiler only. */
  static final int LARGE = 6;

  private static final ClassDesc PATCH = VectorCode.desc(GatherTile.Patch.class);
  private static final ClassDesc STRIDES = VectorCode.desc(GatherTile.Strides.class);
  private static final MethodTypeDesc INTS = MethodTypeDesc.of(ConstantDescs.CD_int.arrayType());
  private static final MethodTypeDesc OFFSET = MethodTypeDesc.of(ConstantDescs.CD_long);

  private static final int IN = 1;
  private static final int IN_AT = 2;
  private static final int W = 4;
  private static final int W_AT = 5;
  private static final int OUT = 7;
  private static final int OUT_AT = 8;
  private static final int BIAS = 10;
  private static final int BIAS_AT = 11;
  private static final int PATCH_ARGUMENT = 13;
  private static final int SOURCES = 14;
  private static final int STRIDES_ARGUMENT = 15;

  /** Channels, and taps of each, that a tile is warmed on. */
  private static final int WARMING = 16;

  /** With fewer sums, a tap takes as long as with so many. */
  private static final int HIDING = 8;

  private record Key(int rows, int vectors) {}

  private static final Map<Key, Warm<GatherTile>> MADE = new ConcurrentHashMap<>();

  private final VectorCode to;
  private final Key key;

  private GatherTileCode(VectorCode to, Key key) {
    this.to = to;
    this.key = key;
  }

  /** The tile of so many rows and vectors, which are all its lanes. */
  static Warm<GatherTile> of(int rows, int vectors) {
    return MADE.computeIfAbsent(new Key(rows, vectors), GatherTileCode::warm);
  }

  private static Warm<GatherTile> warm(Key key) {
    int lanes = key.vectors * Lanes.COUNT;
    int[] taps = IntStream.range(0, WARMING).toArray();
    var patch = new GatherTile.Patch(taps, taps);
    var strides = new GatherTile.Strides(WARMING, WARMING, 0, lanes);
    Arena arena = Arena.ofAuto();
    MemorySegment in = arena.allocate(4L * (WARMING * WARMING + lanes), 64);
    MemorySegment w = arena.allocate(4L * WARMING * WARMING, 64);
    MemorySegment out = arena.allocate(4L * key.rows * lanes, 64);
    return Warm.of(
        () -> define(key.rows, key.vectors),
        tile -> tile.run(in, 0, w, 0, out, 0, w, 0, patch, WARMING, strides, lanes),
        WARMING * WARMING * Math.max(HIDING, key.rows * key.vectors));
  }

  /** The generated code itself. */
  static GatherTile define(int rows, int vectors) {
    Key key = new Key(rows, vectors);
    return VectorCode.define(GatherTile.class, code -> new GatherTileCode(code, key).write());
  }

  private void write() {
    CodeBuilder c = to.code();
    to.direct(IN);
    to.direct(W);
    to.direct(OUT);
    to.direct(BIAS);
    if (key.rows * key.vectors >= LARGE) {
      to.onlyOptimized(SOURCES, OUT, OUT_AT);
    }
    int inOffsets = array("in");
    int wOffsets = array("w");
    int wRow = stride("wRow");
    int outRow = stride("outRow");
    int inSource = stride("inSource");
    int wSource = stride("wSource");
    int[][] sums = biases();
    int source = to.local(INT);
    int tap = to.local(INT);
    int taps = to.local(INT);
    c.aload(inOffsets).arraylength().istore(taps);
    to.loop(
        source,
        SOURCES,
        1,
        () -> {
          to.loop(tap, taps, 1, () -> tap(inOffsets, wOffsets, tap, wRow, sums));
          to.advance(IN_AT, inSource);
          to.advance(W_AT, wSource);
        });
    for (int[] row : sums) {
      for (int v = 0; v < row.length; v++) {
        to.store(row[v], OUT, to.element(OUT_AT, v));
      }
      to.advance(OUT_AT, outRow);
    }
  }

  private int[][] biases() {
    int bias = to.vector();
    int[][] sums = new int[key.rows][key.vectors];
    for (int[] row : sums) {
      to.broadcast(BIAS, to.element(BIAS_AT, 0), bias);
      for (int v = 0; v < row.length; v++) {
        row[v] = to.vector();
        to.code().aload(bias).astore(row[v]);
      }
      to.code().lload(BIAS_AT).lconst_1().ladd().lstore(BIAS_AT);
    }
    return sums;
  }

  private void tap(int inOffsets, int wOffsets, int tap, int wRow, int[][] sums) {
    int from = to.local(LONG);
    int weight = to.local(LONG);
    to.addElement(from, IN_AT, inOffsets, tap);
    to.addElement(weight, W_AT, wOffsets, tap);
    int[] x = new int[key.vectors];
    for (int v = 0; v < key.vectors; v++) {
      x[v] = to.vector();
      to.load(IN, to.element(from, v), x[v]);
    }
    int factor = to.vector();
    for (int[] row : sums) {
      to.broadcast(W, to.element(weight, 0), factor);
      for (int v = 0; v < row.length; v++) {
        to.fma(factor, x[v], row[v]);
      }
      to.advance(weight, wRow);
    }
  }

  private int array(String name) {
    int slot = to.local(REFERENCE);
    to.code().aload(PATCH_ARGUMENT).invokevirtual(PATCH, name, INTS).astore(slot);
    return slot;
  }

  private int stride(String name) {
    int slot = to.local(LONG);
    to.code().aload(STRIDES_ARGUMENT).invokevirtual(STRIDES, name, OFFSET).lstore(slot);
    return slot;
  }
}
