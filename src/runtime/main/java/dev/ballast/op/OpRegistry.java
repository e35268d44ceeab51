package dev.ballast.op;

import dev.ballast.ir.Op;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Ops by name, and their attributes as data: what model files need. An op's attributes are its
 * record components. Users' own ops are records too, with an {@link OpName}.
 */
public final class OpRegistry {
  private final Map<String, Class<? extends Op>> byName = new LinkedHashMap<>();

  private OpRegistry() {}

  /** The built-in ops. */
  public static OpRegistry builtIn() {
    OpRegistry r = new OpRegistry();
    r.byName.putAll(BuiltInNames.ops());
    return r;
  }

  /**
   * The same and a user's own op.
   *
   * @throws IllegalArgumentException where it is no record, has no name, or the name is taken
   */
  public OpRegistry with(Class<? extends Op> op) {
    OpRegistry r = new OpRegistry();
    r.byName.putAll(byName);
    r.addOp(op);
    return r;
  }

  /** All ops known here, by their names. */
  public Map<String, Class<? extends Op>> ops() {
    return Collections.unmodifiableMap(byName);
  }

  private static String nameOf(Class<?> op) {
    OpName name = op.getAnnotation(OpName.class);
    if (name == null) {
      throw new IllegalArgumentException(op.getName() + " needs an @OpName");
    }
    return name.value();
  }

  /** An op's attributes in the order of its record components. */
  public Map<String, Object> attributes(Op op) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    for (RecordComponent c : components(op.getClass())) {
      try {
        attributes.put(c.getName(), c.getAccessor().invoke(op));
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException(op.name() + ": can't read attribute " + c.getName(), e);
      }
    }
    return attributes;
  }

  /**
   * The op with the given name and attributes.
   *
   * @throws IllegalArgumentException where there is none, or the attributes are not its own
   */
  public Op create(String name, Map<String, Object> attributes) {
    Class<? extends Op> type = byName.get(name);
    if (type == null) {
      throw new IllegalArgumentException("unknown op '" + name + "'");
    }
    RecordComponent[] components = components(type);
    List<String> names = Arrays.stream(components).map(RecordComponent::getName).toList();
    if (!names.equals(List.copyOf(attributes.keySet()))) {
      throw new IllegalArgumentException(
          "op '" + name + "' has attributes " + names + ", not " + attributes.keySet());
    }
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(attributes.values().toArray());
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException("op '" + name + "': " + e.getCause().getMessage(), e);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      throw new IllegalArgumentException("op '" + name + "' can't be made of " + attributes, e);
    }
  }

  private static RecordComponent[] components(Class<?> op) {
    if (!op.isRecord()) {
      throw new IllegalArgumentException(op.getName() + " is not a record");
    }
    return op.getRecordComponents();
  }

  private void addOp(Class<? extends Op> op) {
    components(op);
    String name = nameOf(op);
    Class<? extends Op> other = byName.putIfAbsent(name, op);
    if (other != null) {
      throw new IllegalArgumentException(
          "two ops are named '" + name + "': " + other.getName() + " and " + op.getName());
    }
  }
}
