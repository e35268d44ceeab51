package dev.ballast.openblas;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls into native code that happen once, while the library is being found. */
final class Native {
  private Native() {}

  /** A body that invokes method handles, whose signature says they may throw anything. */
  @FunctionalInterface
  interface Body<T> {
    T run() throws Throwable;
  }

  /** Runs handles made by {@link #downcall}, which throw nothing checked. */
  static <T> T call(Body<T> body) {
    try {
      return body.run();
    } catch (Error | RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws nothing checked", e);
    }
  }

  /**
   * Linker.Option.critical is not used on purpose: it saves some ten nanoseconds, but a thread in
   * such a call reaches no safepoint, so one long product would hold up every collection in the
   * JVM. Not even a dot product has a bound on its length here.
   */
  @SuppressWarnings("restricted")
  static MethodHandle downcall(MemorySegment address, FunctionDescriptor descriptor) {
    return Linker.nativeLinker().downcallHandle(address, descriptor);
  }
}
