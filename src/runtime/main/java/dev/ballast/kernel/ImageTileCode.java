package dev.ballast.kernel;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What code that is written for register tiles has in common. HotSpot keeps vectors in registers
 * where each is a local variable of its own, so a loop over a tile of 6 × 4 vectors needs 24 of
 * them by name; written by hand it would be a page for each size. Here it is written as bytecode,
 * one hidden class for each size that is asked for.
 *
 * <p>It calls only methods that HotSpot is told to inline always: of others it gives up inlining
 * once a method has grown as large as these are, and each vector then goes through the heap.
 */
final class ImageTileCode {
  static final ClassDesc SEGMENT = desc(MemorySegment.class);
  static final ClassDesc VECTOR = desc(FloatVector.class);
  private static final ClassDesc LANES = desc(Lanes.class);
  private static final ClassDesc ANY_VECTOR = desc(Vector.class);
  private static final ClassDesc SPECIES = desc(VectorSpecies.class);
  private static final ClassDesc ORDER = desc(ByteOrder.class);
  private static final ClassDesc FLOATS = desc(ValueLayout.OfFloat.class);
  private static final MethodTypeDesc FMA = MethodTypeDesc.of(VECTOR, ANY_VECTOR, ANY_VECTOR);
  private static final MethodTypeDesc OF_TWO = MethodTypeDesc.of(VECTOR, ANY_VECTOR);
  private static final MethodTypeDesc DIRECT = MethodTypeDesc.of(SEGMENT, SEGMENT);
  private static final MethodTypeDesc BROADCAST = MethodTypeDesc.of(VECTOR, SPECIES, CD_float);
  private static final MethodTypeDesc GET = MethodTypeDesc.of(CD_float, FLOATS, CD_long);
  private static final MethodTypeDesc LOAD =
      MethodTypeDesc.of(VECTOR, SPECIES, SEGMENT, CD_long, ORDER);
  private static final MethodTypeDesc OF_ARRAY =
      MethodTypeDesc.of(VECTOR, SPECIES, CD_float.arrayType(), CD_int);
  private static final MethodTypeDesc STORE = MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER);

  /** Tiles of at least so many sums are for the optimizing compiler only. */
  static final int LARGE = 6;

  /** Loads and stores that take more virtual registers than HotSpot's first compiler has. */
  private static final int UNREACHED = 60;

  private final CodeBuilder code;

  ImageTileCode(CodeBuilder code) {
    this.code = code;
  }

  static ClassDesc desc(Class<?> c) {
    return c.describeConstable().orElseThrow();
  }

  /** A hidden class of this package with a single method, that of {@code type}. */
  static <T> T define(
      Class<T> type, String method, MethodTypeDesc sign, Consumer<ImageTileCode> body) {
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of(type.getName() + "Code"),
                c -> {
                  c.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC);
                  c.withInterfaceSymbols(desc(type));
                  c.withMethodBody(
                      ConstantDescs.INIT_NAME,
                      ConstantDescs.MTD_void,
                      ClassFile.ACC_PUBLIC,
                      code ->
                          code.aload(0)
                              .invokespecial(
                                  ConstantDescs.CD_Object,
                                  ConstantDescs.INIT_NAME,
                                  ConstantDescs.MTD_void)
                              .return_());
                  c.withMethodBody(
                      method,
                      sign,
                      ClassFile.ACC_PUBLIC,
                      code -> {
                        body.accept(new ImageTileCode(code));
                        code.return_();
                      });
                });
    try {
      Class<?> made = MethodHandles.lookup().defineHiddenClass(bytes, true).lookupClass();
      return type.cast(made.getDeclaredConstructor().newInstance());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("can't write code for " + type.getName(), e);
    }
  }

  CodeBuilder code() {
    return code;
  }

  /** A new local variable. */
  int local(TypeKind kind) {
    return code.allocateLocal(kind);
  }

  int vector() {
    return local(TypeKind.REFERENCE);
  }

  /** Tells the compiler, once, that a segment is not on the heap; see {@link Lanes#direct}. */
  void direct(int m) {
    code.aload(m).invokestatic(LANES, "direct", DIRECT).astore(m);
  }

  /** {@code slot = vector of the float in x}. */
  void broadcast(int slot, int x) {
    species().fload(x).invokestatic(VECTOR, "broadcast", BROADCAST).astore(slot);
  }

  /** {@code x = m[at]}, a float. */
  void get(int x, int m, int at) {
    code.aload(m).getstatic(desc(ValueLayout.class), "JAVA_FLOAT_UNALIGNED", FLOATS);
    bytes(at, 0).invokeinterface(SEGMENT, "get", GET).fstore(x);
  }

  /**
   * Keeps HotSpot's first compiler away from a large tile: behind a condition that never holds
   * stands more vector code than it has virtual registers for, so it gives up at once, and the
   * method is profiled by the interpreter and then compiled by the optimizing compiler, which
   * leaves out what was never reached. Without this some tiles fit into that compiler without
   * profiling, but not with it; such a method stays at that tier for good, a hundred times slower.
   *
   * @param never an int that is never below 0
   * @param m any segment, at any place {@code at}
   */
  void onlyOptimized(int never, int m, int at) {
    var live = code.newLabel();
    code.iload(never).ifge(live);
    int slot = vector();
    for (int i = 0; i < UNREACHED; i++) {
      load(slot, m, at, i);
      store(slot, m, at, i);
    }
    code.labelBinding(live);
  }

  /** {@code slot = m[at + vectors · lanes …]}. */
  void load(int slot, int m, int at, int vectors) {
    species().aload(m);
    order(bytes(at, vectors));
    code.invokestatic(VECTOR, "fromMemorySegment", LOAD).astore(slot);
  }

  /** {@code slot = Lanes.array[i …]}, of an array of floats and the int that {@code i} pushes. */
  void loadFloats(int slot, String array, Runnable i) {
    species().getstatic(LANES, array, CD_float.arrayType());
    i.run();
    code.invokestatic(VECTOR, "fromArray", OF_ARRAY).astore(slot);
  }

  /** {@code m[at + vectors · lanes …] = slot}. */
  void store(int slot, int m, int at, int vectors) {
    code.aload(slot).aload(m);
    order(bytes(at, vectors));
    code.invokevirtual(VECTOR, "intoMemorySegment", STORE);
  }

  private CodeBuilder species() {
    return code.getstatic(LANES, "FLOATS", SPECIES);
  }

  private static void order(CodeBuilder c) {
    c.getstatic(LANES, "ORDER", ORDER);
  }

  /** Pushes where an element lies, in bytes. */
  private CodeBuilder bytes(int at, int vectors) {
    code.lload(at).iconst_2().lshl();
    return vectors == 0
        ? code
        : code.loadConstant((long) vectors * Lanes.COUNT * Float.BYTES).ladd();
  }

  /** {@code sum = a · b + sum}. */
  void multiplyAdd(int sum, int a, int b) {
    code.aload(a).aload(b).aload(sum).invokevirtual(VECTOR, "fma", FMA).astore(sum);
  }

  /** {@code sum = a + sum}, both vectors. */
  void add(int sum, int a) {
    code.aload(a).aload(sum).invokevirtual(VECTOR, "add", OF_TWO).astore(sum);
  }

  /** {@code product = a · b}. */
  void multiply(int product, int a, int b) {
    code.aload(a).aload(b).invokevirtual(VECTOR, "mul", OF_TWO).astore(product);
  }

  /** {@code to = a + b}, all long. */
  void add(int to, int a, int b) {
    code.lload(a).lload(b).ladd().lstore(to);
  }

  /** {@code to = a + array[i]}, an int array's element. */
  void addElement(int to, int a, int array, int i) {
    code.lload(a).aload(array).iload(i).iaload().i2l().ladd().lstore(to);
  }

  /** {@code for (i = from; i < end; i += step) body}. */
  void loop(int i, int from, int end, int step, Runnable body) {
    code.loadConstant(from).istore(i);
    var head = code.newLabel();
    var done = code.newLabel();
    code.labelBinding(head).iload(i).iload(end).if_icmpge(done);
    body.run();
    code.iinc(i, step).goto_(head).labelBinding(done);
  }
}
