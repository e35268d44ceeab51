package dev.ballast.kernel;

import static java.lang.classfile.TypeKind.FLOAT;
import static java.lang.classfile.TypeKind.INT;
import static java.lang.classfile.TypeKind.LONG;
import static java.lang.classfile.TypeKind.REFERENCE;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

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

  private static final ClassDesc PATCH = ImageTileCode.desc(GatherTile.Patch.class);
  private static final ClassDesc STRIDES = ImageTileCode.desc(GatherTile.Strides.class);
  private static final MethodTypeDesc INTS = MethodTypeDesc.of(ConstantDescs.CD_int.arrayType());
  private static final MethodTypeDesc OFFSET = MethodTypeDesc.of(ConstantDescs.CD_long);
  private static final MethodTypeDesc RUN =
      MethodTypeDesc.of(
          ConstantDescs.CD_void,
          ImageTileCode.SEGMENT,
          ConstantDescs.CD_long,
          ImageTileCode.SEGMENT,
          ConstantDescs.CD_long,
          ImageTileCode.SEGMENT,
          ConstantDescs.CD_long,
          ImageTileCode.SEGMENT,
          ConstantDescs.CD_long,
          PATCH,
          ConstantDescs.CD_int,
          STRIDES,
          ConstantDescs.CD_int);

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

  private record Key(int rows, int vectors, boolean biased) {}

  private static final Map<Key, GatherTile> MADE = new ConcurrentHashMap<>();

  private final ImageTileCode to;
  private final Key key;
  private final int[][] sums;

  private GatherTileCode(ImageTileCode to, Key key) {
    this.to = to;
    this.key = key;
    this.sums = new int[key.rows][key.vectors];
  }

  /**
   * A tile's code; its lanes are those of whole vectors.
   *
   * @param biased whether rows start from a bias
   */
  static GatherTile of(int rows, int vectors, boolean biased) {
    return MADE.computeIfAbsent(
        new Key(rows, vectors, biased),
        k ->
            ImageTileCode.define(
                GatherTile.class, "run", RUN, code -> new GatherTileCode(code, k).write()));
  }

  private void write() {
    CodeBuilder c = to.code();
    to.direct(IN);
    to.direct(W);
    to.direct(OUT);
    if (key.biased) {
      to.direct(BIAS);
    }
    if (key.rows * key.vectors >= ImageTileCode.LARGE) {
      to.onlyOptimized(SOURCES, OUT, OUT_AT);
    }
    int inOffsets = array("in");
    int wOffsets = array("w");
    int wRow = stride("wRow");
    int outRow = stride("outRow");
    int inSource = stride("inSource");
    int wSource = stride("wSource");
    start();
    int source = to.local(INT);
    int tap = to.local(INT);
    int taps = to.local(INT);
    c.aload(inOffsets).arraylength().istore(taps);
    to.loop(
        source,
        0,
        SOURCES,
        1,
        () -> {
          to.loop(tap, 0, taps, 1, () -> tap(inOffsets, wOffsets, tap, wRow));
          to.add(IN_AT, IN_AT, inSource);
          to.add(W_AT, W_AT, wSource);
        });
    for (int r = 0; r < key.rows; r++) {
      for (int v = 0; v < key.vectors; v++) {
        to.store(sums[r][v], OUT, OUT_AT, v);
      }
      to.add(OUT_AT, OUT_AT, outRow);
    }
  }

  private void start() {
    CodeBuilder c = to.code();
    int first = to.local(FLOAT);
    int one = to.local(LONG);
    c.fconst_0().fstore(first);
    c.loadConstant(1L).lstore(one);
    for (int r = 0; r < key.rows; r++) {
      if (key.biased) {
        to.get(first, BIAS, BIAS_AT);
        to.add(BIAS_AT, BIAS_AT, one);
      }
      for (int v = 0; v < key.vectors; v++) {
        sums[r][v] = to.vector();
        to.broadcast(sums[r][v], first);
      }
    }
  }

  private void tap(int inOffsets, int wOffsets, int tap, int wRow) {
    int from = to.local(LONG);
    int weight = to.local(LONG);
    to.addElement(from, IN_AT, inOffsets, tap);
    to.addElement(weight, W_AT, wOffsets, tap);
    int[] x = new int[key.vectors];
    for (int v = 0; v < key.vectors; v++) {
      x[v] = to.vector();
      to.load(x[v], IN, from, v);
    }
    int w = to.local(FLOAT);
    int factor = to.vector();
    for (int r = 0; r < key.rows; r++) {
      to.get(w, W, weight);
      to.broadcast(factor, w);
      for (int v = 0; v < key.vectors; v++) {
        to.multiplyAdd(sums[r][v], factor, x[v]);
      }
      to.add(weight, weight, wRow);
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
