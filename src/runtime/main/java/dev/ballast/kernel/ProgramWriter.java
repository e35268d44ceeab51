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
 * private static void whole(MemorySegment[] in, long[] at, MemorySegment[] out, long to, long n) {
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
 * <p>The rest of a line, less than a vector, has a method of its own, for the reason that {@link
 * Specialized} gives; {@link Splicer} then writes the functions into it. All inputs of an iteration
 * are read before a result is written, so a result may lie over an input.
 */
final class ProgramWriter {
  private static final ClassDesc SELF = ClassDesc.of("dev.ballast.kernel.FusedLoop");
  private static final ClassDesc LOOP = desc(ProgramLoop.class);
  private static final ClassDesc MEMORY = desc(MemorySegment.class);
  private static final ClassDesc LANES = ClassDesc.of("dev.ballast.kernel.Lanes");
  private static final ClassDesc LANE_MATH = ClassDesc.of("dev.ballast.kernel.LaneMath");
  private static final ClassDesc PLAIN = desc(PlainMath.class);
  private static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.FloatVector");
  private static final ClassDesc MASK = ClassDesc.of("jdk.incubator.vector.VectorMask");
  private static final MethodTypeDesc LINE =
      MethodTypeDesc.of(
          CD_void, MEMORY.arrayType(), CD_long.arrayType(), MEMORY.arrayType(), CD_long, CD_long);

  /** How a method goes through its elements. */
  private enum Pass {
    /** Whole vectors. */
    WHOLE("whole"),
    /** One vector of which the last lanes are left alone. */
    MASKED("rest"),
    /** Element by element, each a vector of equal lanes. */
    SINGLE("rest"),
    /** Element by element, without the Vector API. */
    PLAIN("whole");

    private final String method;

    Pass(String method) {
      this.method = method;
    }
  }

  private static final int IN = 0;
  private static final int AT = 1;
  private static final int OUT = 2;
  private static final int TO = 3;
  private static final int N = 5;

  private final MapProgram program;
  private final long stays;
  private final Pass pass;
  private final CodeBuilder code;
  private final ClassDesc element;
  private final int[] inMemory;
  private final int[] inAt;
  private final int[] outMemory;
  private final int[] values;
  private final int mask;
  private final int i;

  private ProgramWriter(MapProgram program, long stays, Pass pass, CodeBuilder code) {
    this.program = program;
    this.stays = stays;
    this.pass = pass;
    this.code = code;
    this.element = pass == Pass.PLAIN ? CD_float : VECTOR;
    this.inMemory = new int[program.inputs().size()];
    this.inAt = new int[program.inputs().size()];
    this.outMemory = new int[program.results().size()];
    this.values = new int[program.values()];
    this.mask = code.allocateLocal(TypeKind.REFERENCE);
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
    Pass whole = key.lanes() ? Pass.WHOLE : Pass.PLAIN;
    Pass rest = key.maskless() ? Pass.SINGLE : Pass.MASKED;
    return ClassFile.of()
        .build(
            SELF,
            c -> {
              c.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
              c.withInterfaceSymbols(LOOP);
              c.withMethodBody(INIT_NAME, MTD_void, 0, ProgramWriter::constructor);
              c.withMethodBody("line", LINE, ClassFile.ACC_PUBLIC, code -> line(code, key.lanes()));
              int flags = ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC;
              c.withMethodBody(
                  whole.method,
                  LINE,
                  flags,
                  code -> new ProgramWriter(key.program(), key.stays(), whole, code).loop());
              if (key.lanes()) {
                c.withMethodBody(
                    rest.method,
                    rest(),
                    flags,
                    code -> new ProgramWriter(key.program(), key.stays(), rest, code).loop());
              }
            });
  }

  private static MethodTypeDesc rest() {
    return LINE.insertParameterTypes(LINE.parameterCount(), CD_long);
  }

  private static void constructor(CodeBuilder code) {
    code.aload(0).invokespecial(ConstantDescs.CD_Object, INIT_NAME, MTD_void).return_();
  }

  /** Whole vectors first; the rest of the line is told where it starts. */
  private static void line(CodeBuilder code, boolean lanes) {
    int full = code.allocateLocal(TypeKind.LONG);
    if (!lanes) {
      arguments(code).lload(1 + N).invokestatic(SELF, "whole", LINE).return_();
      return;
    }
    code.lload(1 + N).getstatic(LANES, "COUNT", CD_int).ineg().i2l().land().lstore(full);
    arguments(code).lload(full).invokestatic(SELF, "whole", LINE);
    Label done = code.newLabel();
    code.lload(full).lload(1 + N).lcmp().ifge(done);
    arguments(code).lload(1 + N).lload(full).invokestatic(SELF, "rest", rest());
    code.labelBinding(done).return_();
  }

  private static CodeBuilder arguments(CodeBuilder code) {
    return code.aload(1 + IN).aload(1 + AT).aload(1 + OUT).lload(1 + TO);
  }

  private void loop() {
    openMemory();
    hoist();
    switch (pass) {
      case WHOLE, PLAIN -> code.lconst_0().lstore(i);
      case MASKED, SINGLE -> code.lload(N + 2).lstore(i);
    }
    if (pass == Pass.MASKED) {
      code.lload(N).lload(i).lsub();
      code.invokestatic(LANES, "first", MethodTypeDesc.of(MASK, CD_long)).astore(mask);
      body();
      code.return_();
      return;
    }
    Label again = code.newLabel();
    Label done = code.newLabel();
    code.labelBinding(again).lload(i).lload(N).lcmp().ifge(done);
    body();
    code.lload(i);
    if (pass == Pass.WHOLE) {
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
      values[v] = code.allocateLocal(pass == Pass.PLAIN ? TypeKind.FLOAT : TypeKind.REFERENCE);
      if (program.isConstant(v)) {
        code.loadConstant((float) program.constant(v));
        broadcast();
        keep(v);
      } else if (v < inMemory.length && stays(v)) {
        code.aload(inMemory[v]).lload(inAt[v]);
        get(v);
        broadcast();
        keep(v);
      }
    }
  }

  private boolean stays(int input) {
    return (stays >> input & 1) != 0;
  }

  private void broadcast() {
    if (pass != Pass.PLAIN) {
      code.invokestatic(LANES, "broadcast", MethodTypeDesc.of(VECTOR, CD_float));
    }
  }

  /** The number at the place on the stack. */
  private void get(int input) {
    boolean bits = program.inputs().get(input) == Storage.BITS;
    if (pass == Pass.PLAIN || bits) {
      code.invokestatic(PLAIN, bits ? "loadBit" : "load", at(CD_float));
    } else {
      code.invokestatic(LANES, "get", at(CD_float));
    }
  }

  private static MethodTypeDesc at(ClassDesc result) {
    return MethodTypeDesc.of(result, MEMORY, CD_long);
  }

  private void keep(int value) {
    code.storeLocal(pass == Pass.PLAIN ? TypeKind.FLOAT : TypeKind.REFERENCE, values[value]);
  }

  private void push(int value) {
    code.loadLocal(pass == Pass.PLAIN ? TypeKind.FLOAT : TypeKind.REFERENCE, values[value]);
  }

  private void body() {
    for (int k = 0; k < inMemory.length; k++) {
      if (!stays(k)) {
        code.aload(inMemory[k]).lload(inAt[k]).lload(i).ladd();
        load(k);
        keep(k);
      }
    }
    for (int k = 0; k < program.steps().size(); k++) {
      apply(program.steps().get(k));
      keep(program.firstStep() + k);
    }
    for (int k = 0; k < outMemory.length; k++) {
      push(program.results().get(k).value());
      store(program.results().get(k), outMemory[k]);
    }
  }

  private void load(int input) {
    boolean bits = program.inputs().get(input) == Storage.BITS;
    switch (pass) {
      case WHOLE -> code.invokestatic(LANES, bits ? "loadBits" : "load", at(VECTOR));
      case MASKED -> {
        if (bits) {
          code.invokestatic(LANES, "loadBits", at(VECTOR));
        } else {
          code.aload(mask);
          code.invokestatic(LANES, "load", MethodTypeDesc.of(VECTOR, MEMORY, CD_long, MASK));
        }
      }
      case SINGLE, PLAIN -> {
        get(input);
        broadcast();
      }
    }
  }

  private void apply(Step step) {
    step.operands().forEach(this::push);
    List<ClassDesc> types = new ArrayList<>(Collections.nCopies(step.operands().size(), element));
    if (pass == Pass.PLAIN && step.op() != ScalarOp.SELECT) {
      Enum<?> f = step.operands().size() == 1 ? step.op().unary() : step.op().binary();
      ClassDesc type = desc(f.getDeclaringClass());
      code.getstatic(type, f.name(), type);
      types.add(type);
      code.invokestatic(PLAIN, "apply", MethodTypeDesc.of(element, types));
    } else {
      ClassDesc owner = pass == Pass.PLAIN ? PLAIN : LANE_MATH;
      String name = Recipe.of(step.op(), 0).function();
      code.invokestatic(owner, name, MethodTypeDesc.of(element, types));
    }
  }

  /** Stores what is on the stack. */
  private void store(Result r, int memory) {
    boolean bits = r.storage() == Storage.BITS;
    if (pass == Pass.SINGLE) {
      code.iconst_0().invokevirtual(VECTOR, "lane", MethodTypeDesc.of(CD_float, CD_int));
    }
    code.aload(memory).lload(TO).lload(i).ladd();
    switch (pass) {
      case WHOLE -> code.invokestatic(LANES, bits ? "storeBits" : "store", storing(VECTOR));
      case MASKED -> {
        code.aload(mask);
        code.invokestatic(
            LANES,
            bits ? "storeBits" : "store",
            MethodTypeDesc.of(CD_void, VECTOR, MEMORY, CD_long, MASK));
      }
      case SINGLE, PLAIN ->
          code.invokestatic(PLAIN, bits ? "storeBit" : "store", storing(CD_float));
    }
  }

  private static MethodTypeDesc storing(ClassDesc type) {
    return MethodTypeDesc.of(CD_void, type, MEMORY, CD_long);
  }
}
