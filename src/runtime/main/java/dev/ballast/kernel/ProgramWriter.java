package dev.ballast.kernel;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import dev.ballast.kernel.MapProgram.Result;
import dev.ballast.kernel.MapProgram.Step;
import dev.ballast.kernel.MapProgram.Storage;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Writes the class of a fused loop. What it says in Java, for {@code out0 = exp(in0) + in1} where
 * in1 stays in place along a line:
 *
 * <pre>{@code
 * public void line(MemorySegment[] in, long[] at, MemorySegment[] out, long to, long n) {
 *   MemorySegment in0 = in[0], in1 = in[1], out0 = out[0];
 *   long at0 = at[0];
 *   FloatVector v1 = Lanes.broadcast(Lanes.get(in1, at[1]));
 *   for (long i = 0; i < n; i += Lanes.COUNT) {
 *     FloatVector v0 = Lanes.load(in0, at0 + i);
 *     FloatVector v2 = LaneMath.exp(v0);
 *     FloatVector v3 = LaneMath.add(v2, v1);
 *     Lanes.store(v3, out0, to + i);
 *   }
 * }
 * }</pre>
 *
 * <p>{@link Splicer} then writes the functions into it. Without the Vector API the loop goes
 * element by element over {@link PlainMath}. All inputs of an iteration are read before a result is
 * written, so a result may lie over an input.
 */
final class ProgramWriter {
  private static final ClassDesc SELF = ClassDesc.of("dev.ballast.kernel.FusedLoop");
  private static final ClassDesc LOOP = desc(ProgramLoop.class);
  private static final ClassDesc MEMORY = desc(MemorySegment.class);
  private static final ClassDesc LANES = ClassDesc.of("dev.ballast.kernel.Lanes");
  private static final ClassDesc LANE_MATH = ClassDesc.of("dev.ballast.kernel.LaneMath");
  private static final ClassDesc PLAIN = desc(PlainMath.class);
  private static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.FloatVector");
  private static final MethodTypeDesc LINE =
      MethodTypeDesc.of(
          CD_void, MEMORY.arrayType(), CD_long.arrayType(), MEMORY.arrayType(), CD_long, CD_long);
  private static final int IN = 1;
  private static final int AT = 2;
  private static final int OUT = 3;
  private static final int TO = 4;
  private static final int N = 6;

  private final MapProgram program;
  private final long stays;
  private final boolean lanes;
  private final CodeBuilder code;
  private final ClassDesc element;
  private final TypeKind kind;
  private final int[] inMemory;
  private final int[] inAt;
  private final int[] outMemory;
  private final int[] values;
  private final int i;

  private ProgramWriter(Programs.Key key, CodeBuilder code) {
    this.program = key.program();
    this.stays = key.stays();
    this.lanes = key.lanes();
    this.code = code;
    this.element = lanes ? VECTOR : CD_float;
    this.kind = lanes ? TypeKind.REFERENCE : TypeKind.FLOAT;
    this.inMemory = new int[program.inputs().size()];
    this.inAt = new int[program.inputs().size()];
    this.outMemory = new int[program.results().size()];
    this.values = new int[program.values()];
    this.i = code.allocateLocal(TypeKind.LONG);
  }

  private static ClassDesc desc(Class<?> c) {
    return c.describeConstable().orElseThrow();
  }

  static ProgramLoop define(Programs.Key key) {
    byte[] written = write(key);
    byte[] bytes = key.lanes() ? new Splicer("").splice(written) : written;
    try {
      return (ProgramLoop)
          MethodHandles.lookup()
              .defineHiddenClass(bytes, true)
              .lookupClass()
              .getDeclaredConstructor()
              .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("can't define the loop of " + key.program(), e);
    }
  }

  private static byte[] write(Programs.Key key) {
    return ClassFile.of()
        .build(
            SELF,
            c -> {
              c.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
              c.withInterfaceSymbols(LOOP);
              c.withMethodBody(INIT_NAME, MTD_void, 0, ProgramWriter::constructor);
              c.withMethodBody(
                  "line", LINE, ClassFile.ACC_PUBLIC, code -> new ProgramWriter(key, code).loop());
            });
  }

  private static void constructor(CodeBuilder code) {
    code.aload(0).invokespecial(ConstantDescs.CD_Object, INIT_NAME, MTD_void).return_();
  }

  private void loop() {
    openMemory();
    hoist();
    Label again = code.newLabel();
    Label done = code.newLabel();
    code.lconst_0().lstore(i);
    code.labelBinding(again).lload(i).lload(N).lcmp().ifge(done);
    body();
    code.lload(i);
    if (lanes) {
      code.getstatic(LANES, "COUNT", CD_int).i2l();
    } else {
      code.lconst_1();
    }
    code.ladd().lstore(i).goto_(again).labelBinding(done).return_();
  }

  private void openMemory() {
    for (int k = 0; k < inMemory.length; k++) {
      inMemory[k] = code.allocateLocal(TypeKind.REFERENCE);
      inAt[k] = code.allocateLocal(TypeKind.LONG);
      code.aload(IN).loadConstant(k).aaload().astore(inMemory[k]);
      code.aload(AT).loadConstant(k).laload().lstore(inAt[k]);
    }
    for (int k = 0; k < outMemory.length; k++) {
      outMemory[k] = code.allocateLocal(TypeKind.REFERENCE);
      code.aload(OUT).loadConstant(k).aaload().astore(outMemory[k]);
    }
  }

  /** What does not change along a line. */
  private void hoist() {
    for (int v = 0; v < values.length; v++) {
      values[v] = code.allocateLocal(kind);
      if (program.isConstant(v)) {
        code.loadConstant((float) program.constant(v));
        broadcast();
        keep(v);
      } else if (v < inMemory.length && stays(v)) {
        code.aload(inMemory[v]).lload(inAt[v]);
        code.invokestatic(PLAIN, bits(v) ? "loadBit" : "load", at(CD_float));
        broadcast();
        keep(v);
      }
    }
  }

  private boolean stays(int input) {
    return (stays >> input & 1) != 0;
  }

  private boolean bits(int input) {
    return program.inputs().get(input) == Storage.BITS;
  }

  private void broadcast() {
    if (lanes) {
      code.invokestatic(LANES, "broadcast", MethodTypeDesc.of(VECTOR, CD_float));
    }
  }

  private static MethodTypeDesc at(ClassDesc result) {
    return MethodTypeDesc.of(result, MEMORY, CD_long);
  }

  private void keep(int value) {
    code.storeLocal(kind, values[value]);
  }

  private void push(int value) {
    code.loadLocal(kind, values[value]);
  }

  private void body() {
    for (int k = 0; k < inMemory.length; k++) {
      if (!stays(k)) {
        code.aload(inMemory[k]).lload(inAt[k]).lload(i).ladd();
        String load = lanes ? (bits(k) ? "loadBits" : "load") : (bits(k) ? "loadBit" : "load");
        code.invokestatic(lanes ? LANES : PLAIN, load, at(element));
        keep(k);
      }
    }
    for (int k = 0; k < program.steps().size(); k++) {
      apply(program.steps().get(k));
      keep(program.firstStep() + k);
    }
    for (int k = 0; k < outMemory.length; k++) {
      store(program.results().get(k), outMemory[k]);
    }
  }

  private void apply(Step step) {
    step.operands().forEach(this::push);
    List<ClassDesc> types = new ArrayList<>(Collections.nCopies(step.operands().size(), element));
    if (lanes || step.op() == ScalarOp.SELECT) {
      String name = Recipe.of(step.op(), 0).function();
      code.invokestatic(lanes ? LANE_MATH : PLAIN, name, MethodTypeDesc.of(element, types));
    } else {
      Enum<?> f = step.operands().size() == 1 ? step.op().unary() : step.op().binary();
      ClassDesc type = desc(f.getDeclaringClass());
      code.getstatic(type, f.name(), type);
      types.add(type);
      code.invokestatic(PLAIN, "apply", MethodTypeDesc.of(element, types));
    }
  }

  private void store(Result r, int memory) {
    push(r.value());
    code.aload(memory);
    if (r.storage() != Storage.SUMS) {
      code.lload(TO);
    }
    code.lload(i);
    if (r.storage() != Storage.SUMS) {
      code.ladd();
    }
    String store =
        switch (r.storage()) {
          case NUMBERS -> "store";
          case BITS -> lanes ? "storeBits" : "storeBit";
          case SUMS -> "addTo";
        };
    code.invokestatic(
        lanes ? LANES : PLAIN, store, MethodTypeDesc.of(CD_void, element, MEMORY, CD_long));
  }
}
