package dev.ballast.kernel;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.constant.ClassDesc;
import java.lang.invoke.MethodHandles;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the bodies of {@link LaneMath} and {@link Lanes} into the loops that call them, so that a
 * loop's class file calls nothing but the Vector API, whose methods HotSpot always inlines. With
 * calls, it depends on HotSpot's mood whether they are: it declines where the callee happens to
 * have been compiled to more than 2500 bytes before ("already compiled into a big method"), or
 * where the nodes of one compilation exceed 18000, which two functions of thirty vector operations
 * reach. Then vectors are boxed, which costs a factor of twenty and the promise that running
 * allocates nothing.
 *
 * <p>A call to {@link LaneMath#function} becomes the body of the function chosen.
 */
final class Splicer {
  private static final ClassFile CLASS_FILE =
      ClassFile.of(
          ClassFile.ClassHierarchyResolverOption.of(
              ClassHierarchyResolver.ofClassLoading(MethodHandles.lookup())));
  private static final String VECTOR = "Ljdk/incubator/vector/FloatVector;";
  private static final String HOLE = "function";
  private static final Map<String, MethodModel> BODIES = bodies();

  private final String function;

  /**
   * @param function the name of the method of {@link LaneMath} to put for {@link
   *     LaneMath#function}, of either arity
   */
  Splicer(String function) {
    this.function = function;
  }

  byte[] splice(byte[] template) {
    ClassModel model = CLASS_FILE.parse(template);
    return CLASS_FILE.transformClass(model, ClassTransform.transformingMethodBodies(this::accept));
  }

  private void accept(CodeBuilder code, CodeElement element) {
    if (element instanceof InvokeInstruction call && BODIES.containsKey(key(call))) {
      write(code, BODIES.get(key(call)));
    } else {
      code.with(element);
    }
  }

  /** Writes a body that takes its arguments from the stack and leaves its result there. */
  private void write(CodeBuilder code, MethodModel body) {
    Map<Integer, Integer> slots = new HashMap<>();
    Map<Label, Label> labels = new HashMap<>();
    List<ClassDesc> parameters = body.methodTypeSymbol().parameterList();
    int slot = parameters.stream().mapToInt(p -> TypeKind.from(p).slotSize()).sum();
    for (ClassDesc p : parameters.reversed()) {
      TypeKind kind = TypeKind.from(p);
      slot -= kind.slotSize();
      code.storeLocal(kind, slots.computeIfAbsent(slot, _ -> code.allocateLocal(kind)));
    }
    Label end = code.newLabel();
    for (CodeElement e : body.code().orElseThrow()) {
      switch (e) {
        case LoadInstruction i -> code.loadLocal(i.typeKind(), slots.get(i.slot()));
        case StoreInstruction i ->
            code.storeLocal(
                i.typeKind(),
                slots.computeIfAbsent(i.slot(), _ -> code.allocateLocal(i.typeKind())));
        case BranchInstruction i ->
            code.branch(i.opcode(), labels.computeIfAbsent(i.target(), _ -> code.newLabel()));
        case LabelTarget t ->
            code.labelBinding(labels.computeIfAbsent(t.label(), _ -> code.newLabel()));
        case ReturnInstruction _ -> code.goto_(end);
        case IncrementInstruction _,
            ThrowInstruction _,
            TableSwitchInstruction _,
            LookupSwitchInstruction _ ->
            throw new IllegalStateException("can't splice " + body.methodName() + ": " + e);
        case Instruction i -> accept(code, i);
        default -> {}
      }
    }
    code.labelBinding(end);
  }

  /** Whether {@link LaneMath} has a function of this name and number of arguments. */
  static boolean has(String function, int arity) {
    String descriptor = "(" + VECTOR.repeat(arity) + ")" + VECTOR;
    return BODIES.containsKey(
        key(LaneMath.class.describeConstable().orElseThrow(), function, descriptor));
  }

  private String key(InvokeInstruction call) {
    String name = call.name().stringValue();
    return key(
        call.owner().asSymbol(), name.equals(HOLE) ? function : name, call.type().stringValue());
  }

  private static String key(ClassDesc owner, String name, String descriptor) {
    return owner.displayName() + "." + name + descriptor;
  }

  private static Map<String, MethodModel> bodies() {
    Map<String, MethodModel> bodies = new HashMap<>();
    for (Class<?> c : List.of(Lanes.class, LaneMath.class)) {
      ClassModel model = CLASS_FILE.parse(Specialized.classFile(c));
      for (MethodModel m : model.methods()) {
        String name = m.methodName().stringValue();
        if (!name.startsWith("<") && !name.equals(HOLE)) {
          ClassDesc owner = model.thisClass().asSymbol();
          bodies.put(key(owner, name, m.methodType().stringValue()), m);
        }
      }
    }
    return Map.copyOf(bodies);
  }
}
