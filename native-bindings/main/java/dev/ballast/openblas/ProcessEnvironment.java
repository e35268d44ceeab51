package dev.ballast.openblas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The environment that native code sees. {@link System#getenv} is a copy made when the JVM started,
 * so a variable set here is invisible to Java and to the processes Java starts.
 */
final class ProcessEnvironment {
  private static final int OVERWRITE = 1;
  private static final int MAX_VALUE_BYTES = 1 << 15; // the longest that Windows allows

  private ProcessEnvironment() {}

  @FunctionalInterface
  interface Action<T, E extends Exception> {
    T run() throws E;
  }

  /**
   * Runs {@code action} while {@code name} has the value {@code value}, then puts back what was
   * there: the variable speaks to other copies of OpenBLAS too, which this process may load later,
   * and their threads are not Ballast's business.
   */
  static <T, E extends Exception> T with(String name, String value, Action<T, E> action) throws E {
    Optional<String> before = get(name);
    set(name, Optional.of(value));
    try {
      return action.run();
    } finally {
      set(name, before);
    }
  }

  @SuppressWarnings("restricted")
  private static Optional<String> get(String name) {
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle getenv = function("getenv", FunctionDescriptor.of(ADDRESS, ADDRESS));
      MemorySegment cName = arena.allocateFrom(name);
      MemorySegment value = Native.call(() -> (MemorySegment) getenv.invokeExact(cName));
      return value.equals(MemorySegment.NULL)
          ? Optional.empty()
          : Optional.of(value.reinterpret(MAX_VALUE_BYTES).getString(0));
    }
  }

  private static void set(String name, Optional<String> value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment cName = arena.allocateFrom(name);
      MemorySegment cValue = arena.allocateFrom(value.orElse(""));
      if (Platform.current().os() == Platform.Os.WINDOWS) {
        // An empty value removes the variable there. This function also tells the system's own
        // block of variables, which is the one OpenBLAS reads.
        MethodHandle putenv =
            function("_putenv_s", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
        Native.call(() -> (int) putenv.invokeExact(cName, cValue));
      } else if (value.isPresent()) {
        MethodHandle setenv =
            function("setenv", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
        Native.call(() -> (int) setenv.invokeExact(cName, cValue, OVERWRITE));
      } else {
        MethodHandle unsetenv = function("unsetenv", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        Native.call(() -> (int) unsetenv.invokeExact(cName));
      }
    }
  }

  private static MethodHandle function(String name, FunctionDescriptor type) {
    SymbolLookup libc = Linker.nativeLinker().defaultLookup();
    return Native.downcall(libc.findOrThrow(name), type);
  }
}
