package dev.ballast.openblas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;

/** Opens shared libraries for the rest of the process's life. */
final class DynamicLinker {
  private static final int RTLD_NOW = 2; // the same number on Linux and macOS
  private static final int MAX_REASON_BYTES = 4096;

  private DynamicLinker() {}

  /**
   * Opens the files in their order and gives the symbols of the last. Opening what a library links
   * to before it makes the linker use the file beside it: only libopenblas itself says where its
   * companions are, the Fortran runtime does not.
   */
  @SuppressWarnings("restricted")
  static SymbolLookup open(List<Path> files) throws UnusableLibraryException {
    SymbolLookup last = SymbolLookup.loaderLookup();
    for (Path file : files) {
      try {
        last = SymbolLookup.libraryLookup(file, Arena.global());
      } catch (IllegalArgumentException e) {
        throw new UnusableLibraryException(reason(file.toString()));
      }
    }
    return last;
  }

  /** Opens what the system's loader finds under the name. */
  @SuppressWarnings("restricted")
  static SymbolLookup openSystem(String name) throws UnusableLibraryException {
    try {
      return SymbolLookup.libraryLookup(name, Arena.global());
    } catch (IllegalArgumentException e) {
      throw new UnusableLibraryException(reason(name));
    }
  }

  /** The JVM drops what the linker said, so it is asked a second time, for its words only. */
  @SuppressWarnings("restricted")
  private static String reason(String file) {
    SymbolLookup libc = Linker.nativeLinker().defaultLookup();
    if (libc.find("dlopen").isEmpty() || libc.find("dlerror").isEmpty()) {
      return "the system's linker cannot open it";
    }
    MethodHandle dlopen =
        Native.downcall(
            libc.findOrThrow("dlopen"), FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
    MethodHandle dlerror =
        Native.downcall(libc.findOrThrow("dlerror"), FunctionDescriptor.of(ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment cFile = arena.allocateFrom(file);
      MemorySegment handle = Native.call(() -> (MemorySegment) dlopen.invokeExact(cFile, RTLD_NOW));
      MemorySegment text = Native.call(() -> (MemorySegment) dlerror.invokeExact());
      return handle.equals(MemorySegment.NULL) && !text.equals(MemorySegment.NULL)
          ? explained(text.reinterpret(MAX_REASON_BYTES).getString(0).replace(file + ": ", ""))
          : "the JVM could not open it";
    }
  }

  // What glibc says where a file may be read but not executed does not lead anyone to the cause.
  private static String explained(String reason) {
    return reason.contains("failed to map segment")
        ? reason + " (no memory, or its folder is mounted noexec)"
        : reason;
  }
}
