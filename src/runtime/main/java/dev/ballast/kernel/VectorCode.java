package dev.ballast.kernel;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_SUPER;
import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_float;
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
 */
final class VectorCode {
  static final int VECTOR_BYTES = Lanes.COUNT * Float.BYTES;

  private static final ClassDesc VECTOR = desc(FloatVector.class);
  private static final ClassDesc ANY_VECTOR = desc(Vector.class);
  private static final ClassDesc SPECIES = desc(VectorSpecies.class);
  private static final ClassDesc SEGMENT = desc(MemorySegment.class);
  private static final ClassDesc ORDER = desc(ByteOrder.class);
  private static final ClassDesc LANES = desc(Lanes.class);
  private static final ClassDesc FLOAT_LAYOUT = desc(ValueLayout.OfFloat.class);

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

  private static ClassDesc desc(Class<?> c) {
    return c.describeConstable().orElseThrow();
  }

  /** For what is not vectors. */
  CodeBuilder code() {
    return code;
  }

  /** A new local variable for a vector. */
  int local() {
    return code.allocateLocal(TypeKind.REFERENCE);
  }

  /** Variables that all start as 0. */
  int[][] zeros(int rows, int columns) {
    int zero = local();
    species().invokestatic(VECTOR, "zero", MethodTypeDesc.of(VECTOR, SPECIES)).astore(zero);
    int[][] locals = new int[rows][columns];
    for (int[] row : locals) {
      for (int i = 0; i < columns; i++) {
        row[i] = local();
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

  private CodeBuilder species() {
    return code.getstatic(LANES, "FLOATS", SPECIES);
  }

  /** {@code to} = the vector at the offset that {@code offset} leaves on the stack. */
  void load(int segment, Runnable offset, int to) {
    place(segment, offset);
    code.invokestatic(
        VECTOR, "fromMemorySegment", MethodTypeDesc.of(VECTOR, SPECIES, SEGMENT, CD_long, ORDER));
    code.astore(to);
  }

  private void place(int segment, Runnable offset) {
    species().aload(segment);
    offset.run();
    code.getstatic(LANES, "ORDER", ORDER);
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
    code.aload(x).aload(y).aload(sum);
    code.invokevirtual(VECTOR, "fma", MethodTypeDesc.of(VECTOR, ANY_VECTOR, ANY_VECTOR));
    code.astore(sum);
  }

  /** Stores a vector. */
  void store(int vector, int segment, Runnable offset) {
    code.aload(vector).aload(segment);
    offset.run();
    code.getstatic(LANES, "ORDER", ORDER);
    code.invokevirtual(
        VECTOR, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
  }
}
