package dev.ballast.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes a loop's own copy for each function it maps. A loop that is handed its function as an
 * object is fast only as long as a JVM uses one or two functions: after that the call in the loop
 * has many targets, is not inlined, and every vector goes through the heap. So a loop is a
 * template, a stateless class, and {@link Splicer} makes a class of its own from it for each {@link
 * Recipe}: profile and compiled code are that recipe's alone, and what the recipe says is constant
 * to the compiler.
 *
 * <p>The whole vectors and the rest of a long loop stand in methods of their own: where HotSpot's
 * first compiler runs out of registers ("out of virtual registers in linear scan", from about 1000
 * bytes of vector code), the method may stay at a tier from which it is never optimized.
 *
 * <p>A template must not have nested classes and must not name itself in a method's signature:
 * those names would mean the template, not the copy.
 */
final class Specialized {
  private record Key(Class<?> template, Recipe recipe) {}

  private static final Map<Key, Object> MADE = new ConcurrentHashMap<>();

  private Specialized() {}

  /** The template's copy for a recipe, made once for equal recipes. */
  static <T> T of(Class<T> type, Class<? extends T> template, Recipe recipe) {
    return type.cast(MADE.computeIfAbsent(new Key(template, recipe), Specialized::define));
  }

  /** The recipe of the copy that asks. */
  static Recipe recipe(Lookup copy) {
    try {
      return MethodHandles.classData(copy, "_", Recipe.class);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(copy + " is not a specialized loop", e);
    }
  }

  private static Object define(Key key) {
    try {
      byte[] copy = new Splicer(key.recipe.function()).splice(classFile(key.template));
      return MethodHandles.lookup()
          .defineHiddenClassWithClassData(copy, key.recipe, true)
          .lookupClass()
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("can't specialize " + key.template.getName(), e);
    }
  }

  /** The bytes of a class of this package. */
  static byte[] classFile(Class<?> c) {
    try (InputStream in = c.getResourceAsStream(c.getSimpleName() + ".class")) {
      if (in == null) {
        throw new IllegalStateException("class file of " + c.getName() + " is missing");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("can't read class file of " + c.getName(), e);
    }
  }
}
