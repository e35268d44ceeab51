package dev.ballast.kernel;

import static java.lang.constant.ConstantDescs.CD_float;
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
import jdk.incubator.vector.VectorMask;
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
final class TileCode {
  static final ClassDesc SEGMENT = desc(MemorySegment.class);
  static final ClassDesc VECTOR = desc(FloatVector.class);
  static final ClassDesc MASK = desc(VectorMask.class);
  private static final ClassDesc LANES = desc(Lanes.class);
  private static final ClassDesc ANY_VECTOR = desc(Vector.class);
  private static final ClassDesc SPECIES = desc(VectorSpecies.class);
  private static final ClassDesc ORDER = desc(ByteOrder.class);
  private static final ClassDesc FLOATS = desc(ValueLayout.OfFloat.class);
  private static final MethodTypeDesc FMA = MethodTypeDesc.of(VECTOR, ANY_VECTOR, ANY_VECTOR);
  private static final MethodTypeDesc DIRECT = MethodTypeDesc.of(SEGMENT, SEGMENT);
  private static final MethodTypeDesc BROADCAST = MethodTypeDesc.of(VECTOR, SPECIES, CD_float);
  private static final MethodTypeDesc GET = MethodTypeDesc.of(CD_float, FLOATS, CD_long);
  private static final MethodTypeDesc FIRST = MethodTypeDesc.of(MASK, CD_long);
  private static final MethodTypeDesc LOAD =
      MethodTypeDesc.of(VECTOR, SPECIES, SEGMENT, CD_long, ORDER);
  private static final MethodTypeDesc LOAD_MASKED =
      MethodTypeDesc.of(VECTOR, SPECIES, SEGMENT, CD_long, ORDER, MASK);
  private static final MethodTypeDesc STORE = MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER);
  private static final MethodTypeDesc STORE_MASKED =
      MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER, MASK);

  private final CodeBuilder code;

  TileCode(CodeBuilder code) {
    this.code = code;
  }

  static ClassDesc desc(Class<?> c) {
    return c.describeConstable().orElseThrow();
  }

  /** A hidden class of this package with a single method, that of {@code type}. */
  static <T> T define(Class<T> type, String method, MethodTypeDesc sign, Consumer<TileCode> body) {
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
                        body.accept(new TileCode(code));
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

  /** {@code slot = vector of zeros}. */
  void zero(int slot) {
    species().fconst_0().invokestatic(VECTOR, "broadcast", BROADCAST).astore(slot);
  }

  /** {@code slot = vector of m[at]}. */
  void broadcast(int slot, int m, int at) {
    species().aload(m).getstatic(desc(ValueLayout.class), "JAVA_FLOAT_UNALIGNED", FLOATS);
    bytes(at, 0).invokeinterface(SEGMENT, "get", GET);
    code.invokestatic(VECTOR, "broadcast", BROADCAST).astore(slot);
  }

  /** {@code slot = m[at + vectors · lanes …]}, through a mask where {@code mask ≥ 0}. */
  void load(int slot, int m, int at, int vectors, int mask) {
    species().aload(m);
    order(bytes(at, vectors));
    if (mask >= 0) {
      code.aload(mask).invokestatic(VECTOR, "fromMemorySegment", LOAD_MASKED);
    } else {
      code.invokestatic(VECTOR, "fromMemorySegment", LOAD);
    }
    code.astore(slot);
  }

  /** {@code m[at + vectors · lanes …] = slot}, through a mask where {@code mask ≥ 0}. */
  void store(int slot, int m, int at, int vectors, int mask) {
    code.aload(slot).aload(m);
    order(bytes(at, vectors));
    if (mask >= 0) {
      code.aload(mask).invokevirtual(VECTOR, "intoMemorySegment", STORE_MASKED);
    } else {
      code.invokevirtual(VECTOR, "intoMemorySegment", STORE);
    }
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

  /** {@code slot = mask of the first lanes, as many as the int in n}. */
  void first(int slot, int n) {
    code.iload(n).i2l().invokestatic(LANES, "first", FIRST).astore(slot);
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
