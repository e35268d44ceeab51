package dev.ballast.openblas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** A main class that loads OpenBLAS, calls it, and tells what happened. */
final class LoadProbe {
  private LoadProbe() {}

  public static void main(String[] args) throws Throwable {
    // Twice, because the second failure of a class initializer looks different from the first.
    for (int i = 0; i < 2; i++) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment x = arena.allocateFrom(JAVA_FLOAT, 1, 2, 3, 4);
        System.out.println("dot=" + cblas_h.cblas_sdot(4, x, 1, x, 1));
        LoadReport report = OpenBlas.report();
        System.out.println("path=" + report.path());
        System.out.println("origin=" + report.origin());
        System.out.println("threads=" + report.threads());
        System.out.println("attempts=" + report.attempts());
        System.out.println("variable=" + nativeVariable("OPENBLAS_NUM_THREADS"));
      } catch (NativeLibraryException e) {
        System.out.println("failure=" + e.getMessage());
        System.out.println("attempts=" + e.attempts());
      }
    }
  }

  @SuppressWarnings("restricted")
  private static String nativeVariable(String name) throws Throwable {
    Linker linker = Linker.nativeLinker();
    SymbolLookup libc = linker.defaultLookup();
    MethodHandle getenv =
        linker.downcallHandle(libc.findOrThrow("getenv"), FunctionDescriptor.of(ADDRESS, ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = (MemorySegment) getenv.invokeExact(arena.allocateFrom(name));
      return value.equals(MemorySegment.NULL) ? "unset" : value.reinterpret(1024).getString(0);
    }
  }
}
