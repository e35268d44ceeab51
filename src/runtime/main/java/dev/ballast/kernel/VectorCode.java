package dev.ballast.kernel;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_SUPER;
import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Writes the method {@code run} of a class that implements an interface, out of vector operations.
 * HotSpot keeps vectors in registers where each is a local variable of its own, so a tile of 6 × 4
 * sums needs 24 of them by name; written by hand it would be a page for each size.
 *
 * <p>The code calls only methods that HotSpot is told to inline always: of others it gives up
 * inlining once a method has grown as large as these are, and each vector then goes through the
 * heap. There are no masks: HotSpot's first compiler gives up on large code with masks, and a
 * masked access at the end of a segment may allocate. Variables are named by their slots.
 */
final class VectorCode {
  static final int VECTOR_BYTES = Lanes.COUNT * Float.BYTES;

  /** Loads and stores that take more virtual registers than HotSpot's first compiler has. */
  private static final int UNREACHED = 60;

  private static final ClassDesc VECTOR = desc(FloatVector.class);
  private static final ClassDesc ANY_VECTOR = desc(Vector.class);
  private static final ClassDesc SPECIES = desc(VectorSpecies.class);
  private static final ClassDesc SEGMENT = desc(MemorySegment.class);
  private static final ClassDesc ORDER = desc(ByteOrder.class);
  private static final ClassDesc LANES = desc(Lanes.class);
  private static final ClassDesc FLOAT_LAYOUT = desc(ValueLayout.OfFloat.class);
  private static final MethodTypeDesc OF_TWO = MethodTypeDesc.of(VECTOR, ANY_VECTOR);
  private static final MethodTypeDesc OF_THREE = MethodTypeDesc.of(VECTOR, ANY_VECTOR, ANY_VECTOR);

  private final CodeBuilder code;

  private VectorCode(CodeBuilder code) {
    this.code = code;
  }

  /**
   * An instance of a new hidden class.
   *
   * @param type an interface whose only abstract method is {@code run}
   * @param body writes the method's code; arguments are in the slots from 1 on, a long takes two
   */
  static <T> T define(Class<T> type, Consumer<VectorCode> body) {
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of(VectorCode.class.getPackageName(), "Generated" + type.getSimpleName()),
                c -> write(type, c, body));
    try {
      return type.cast(
          MethodHandles.lookup()
              .defineHiddenClass(bytes, true)
              .lookupClass()
              .getDeclaredConstructor()
              .newInstance());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("can't generate a " + type.getSimpleName(), e);
    }
  }

  private static void write(Class<?> type, ClassBuilder c, Consumer<VectorCode> body) {
    MethodTypeDesc none = MethodTypeDesc.of(CD_void);
    MethodTypeDesc run =
        Stream.of(type.getDeclaredMethods())
            .filter(m -> m.getName().equals("run"))
            .map(m -> Stream.of(m.getParameterTypes()).map(VectorCode::desc).toList())
            .map(types -> MethodTypeDesc.of(CD_void, types))
            .findFirst()
            .orElseThrow();
    c.withFlags(ACC_FINAL | ACC_SUPER)
        .withInterfaceSymbols(desc(type))
        .withMethodBody(
            INIT_NAME,
            none,
            ACC_PUBLIC,
            code -> code.aload(0).invokespecial(CD_Object, INIT_NAME, none).return_())
        .withMethodBody(
            "run",
            run,
            ACC_PUBLIC,
            code -> {
              body.accept(new VectorCode(code));
              code.return_();
            });
  }

  static ClassDesc desc(Class<?> c) {
    return c.describeConstable().orElseThrow();
  }

  /** For what is not vectors. */
  CodeBuilder code() {
    return code;
  }

  /** A new local variable. */
  int local(TypeKind kind) {
    return code.allocateLocal(kind);
  }

  /** A new local variable for a vector. */
  int vector() {
    return local(TypeKind.REFERENCE);
  }

  /** Variables that all start as 0. */
  int[][] zeros(int rows, int columns) {
    int zero = vector();
    species().invokestatic(VECTOR, "zero", MethodTypeDesc.of(VECTOR, SPECIES)).astore(zero);
    int[][] locals = new int[rows][columns];
    for (int[] row : locals) {
      for (int i = 0; i < columns; i++) {
        row[i] = vector();
        code.aload(zero).astore(row[i]);
      }
    }
    return locals;
  }

  /** As {@link Lanes#direct}, for the segment in an argument. */
  void direct(int segment) {
    code.getstatic(LANES, "DIRECT", CD_Class)
        .aload(segment)
        .invokevirtual(CD_Class, "cast", MethodTypeDesc.of(CD_Object, CD_Object))
        .checkcast(SEGMENT)
        .astore(segment);
  }

  /**
   * Keeps HotSpot's first compiler away from large code: behind a condition that never holds stands
   * more vector code than it has virtual registers for, so it gives up at once, and the method is
   * profiled by the interpreter and then compiled by the optimizing compiler, which leaves out what
   * was never reached. Without this some tiles fit into that compiler without profiling, but not
   * with it; such a method stays at that tier for good, a hundred times slower.
   *
   * @param never an int that is never below 0
   * @param segment any, and {@code at} any element of it
   */
  void onlyOptimized(int never, int segment, int at) {
    var live = code.newLabel();
    code.iload(never).ifge(live);
    int v = vector();
    for (int i = 0; i < UNREACHED; i++) {
      load(segment, element(at, i), v);
      store(v, segment, element(at, i));
    }
    code.labelBinding(live);
  }

  private CodeBuilder species() {
    return code.getstatic(LANES, "FLOATS", SPECIES);
  }

  /** Pushes the offset in bytes of the element whose index is in a variable, vectors further on. */
  Runnable element(int at, int vectors) {
    return () -> {
      code.lload(at).iconst_2().lshl();
      if (vectors > 0) {
        code.loadConstant((long) vectors * VECTOR_BYTES).ladd();
      }
    };
  }

  /** {@code to} = the vector at the offset in bytes that {@code offset} leaves on the stack. */
  void load(int segment, Runnable offset, int to) {
    species().aload(segment);
    offset.run();
    code.getstatic(LANES, "ORDER", ORDER);
    code.invokestatic(
        VECTOR, "fromMemorySegment", MethodTypeDesc.of(VECTOR, SPECIES, SEGMENT, CD_long, ORDER));
    code.astore(to);
  }

  /** {@code to} = the elements of {@link Lanes#LAST} from the index that {@code index} pushes. */
  void loadLast(Runnable index, int to) {
    species().getstatic(LANES, "LAST", CD_float.arrayType());
    index.run();
    code.invokestatic(
        VECTOR, "fromArray", MethodTypeDesc.of(VECTOR, SPECIES, CD_float.arrayType(), CD_int));
    code.astore(to);
  }

  /** Pushes a vector that may come out of a loop, as {@link Lanes#exact} does. */
  private CodeBuilder exact(int vector) {
    return code.getstatic(LANES, "FLOAT_TYPE", CD_Class)
        .aload(vector)
        .invokevirtual(CD_Class, "cast", MethodTypeDesc.of(CD_Object, CD_Object))
        .checkcast(VECTOR);
  }

  /** Stores a vector. */
  void store(int vector, int segment, Runnable offset) {
    exact(vector).aload(segment);
    offset.run();
    code.getstatic(LANES, "ORDER", ORDER);
    code.invokevirtual(
        VECTOR, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
  }

  /** {@code to} = the float at an offset, in all lanes. */
  void broadcast(int segment, Runnable offset, int to) {
    species().aload(segment);
    code.getstatic(desc(ValueLayout.class), "JAVA_FLOAT_UNALIGNED", FLOAT_LAYOUT);
    offset.run();
    code.invokeinterface(SEGMENT, "get", MethodTypeDesc.of(CD_float, FLOAT_LAYOUT, CD_long));
    code.invokestatic(VECTOR, "broadcast", MethodTypeDesc.of(VECTOR, SPECIES, CD_float));
    code.astore(to);
  }

  /** {@code sum += x·y}. */
  void fma(int x, int y, int sum) {
    code.aload(x).aload(y).aload(sum).invokevirtual(VECTOR, "fma", OF_THREE).astore(sum);
  }

  /** {@code sum += x}. */
  void add(int x, int sum) {
    code.aload(x).aload(sum).invokevirtual(VECTOR, "add", OF_TWO).astore(sum);
  }

  /** {@code product *= x}. */
  void multiply(int x, int product) {
    exact(product).aload(x).invokevirtual(VECTOR, "mul", OF_TWO).astore(product);
  }

  /** {@code long to += by}. */
  void advance(int to, int by) {
    code.lload(to).lload(by).ladd().lstore(to);
  }

  /** {@code long to = base + array[i]}, an element of an int array. */
  void addElement(int to, int base, int array, int i) {
    code.lload(base).aload(array).iload(i).iaload().i2l().ladd().lstore(to);
  }

  /** {@code for (int i = 0; i < end; i += step) body}. */
  void loop(int i, int end, int step, Runnable body) {
    code.iconst_0().istore(i);
    var head = code.newLabel();
    var done = code.newLabel();
    code.labelBinding(head).iload(i).iload(end).if_icmpge(done);
    body.run();
    code.iinc(i, step).goto_(head).labelBinding(done);
  }
}
