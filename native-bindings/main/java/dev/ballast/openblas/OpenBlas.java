package dev.ballast.openblas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The OpenBLAS library of this process. It is loaded by the first call of {@link #report} or of a
 * function of {@link cblas_h}, and stays.
 *
 * <pre>{@code
 * LoadReport blas = OpenBlas.report();
 * System.out.println(blas.coreName() + " from " + blas.path());
 *
 * try (Arena arena = Arena.ofConfined()) {
 *   MemorySegment x = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3);
 *   float lengthSquared = cblas_h.cblas_sdot(3, x, 1, x, 1);
 * }
 * }</pre>
 */
public final class OpenBlas {
  private static volatile LoadReport loaded;

  private OpenBlas() {}

  /**
   * What was loaded, from where, and what it cost.
   *
   * @throws NativeLibraryException if no OpenBLAS could be loaded, in each call anew
   */
  public static LoadReport report() {
    return Loaded.OUTCOME.library().report();
  }

  /** The same, where it is loaded already; never loads it. */
  public static Optional<LoadReport> loaded() {
    return Optional.ofNullable(loaded);
  }

  /**
   * Reads every unpacked file of the bundled OpenBLAS again and compares it with its checksum. This
   * takes longer than loading, which trusts an unchanged size and time; it is meant for {@code
   * ballast doctor}.
   *
   * @return the files of the cache that are missing or damaged, none if the bundled library was
   *     never unpacked; deleting them makes the next load unpack them again
   * @throws IOException if a file of the cache cannot be read
   */
  public static List<Path> damagedFiles() throws IOException {
    Optional<NativeCache> cache = NativeCache.ofThisPlatform();
    return cache.isPresent() ? cache.get().damagedFiles() : List.of();
  }

  /**
   * The lookup behind {@link cblas_h}. After a failed load every symbol has the address NULL, from
   * which {@link #downcallHandle} makes a handle that throws: a class initializer that threw itself
   * would give the second caller a NoClassDefFoundError that names no reason.
   */
  static SymbolLookup symbols() {
    return name ->
        switch (Loaded.OUTCOME) {
          case Success _ when name.equals(StridedBatch.SYMBOL) -> Optional.of(MemorySegment.NULL);
          case Success(NativeLibrary library) -> library.symbols().find(name);
          case Failure _ -> Optional.of(MemorySegment.NULL);
        };
  }

  /** A handle for a function of OpenBLAS that never lets too many threads in at once. */
  static MethodHandle downcallHandle(MemorySegment address, FunctionDescriptor descriptor) {
    return switch (Loaded.OUTCOME) {
      case Success(NativeLibrary library) -> {
        MethodHandle raw =
            address.equals(MemorySegment.NULL)
                ? StridedBatch.of(library.symbols(), descriptor)
                : Native.downcall(address, descriptor);
        yield library.gate().guard(raw);
      }
      case Failure failure -> failure.thrower(descriptor.toMethodType());
    };
  }

  /**
   * The layout of a C pointer through which text can be read. Making it is a restricted operation;
   * where that is denied a plain pointer serves, so that the caller gets to see why loading failed.
   */
  @SuppressWarnings("restricted")
  static AddressLayout pointer() {
    return switch (Loaded.OUTCOME) {
      case Success _ ->
          ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(Long.MAX_VALUE, JAVA_BYTE));
      case Failure _ -> ADDRESS;
    };
  }

  private sealed interface Outcome {
    NativeLibrary library();
  }

  private record Success(NativeLibrary library) implements Outcome {}

  private record Failure(NativeLibraryException cause) implements Outcome {
    // The stack of the first caller would mislead the others, so each gets an exception of its own.
    @Override
    public NativeLibrary library() {
      throw cause.again();
    }

    MethodHandle thrower(MethodType type) {
      try {
        MethodHandle library =
            MethodHandles.lookup()
                .findVirtual(Failure.class, "library", MethodType.methodType(NativeLibrary.class))
                .bindTo(this);
        MethodHandle typed = library.asType(MethodType.methodType(void.class));
        MethodHandle body =
            MethodHandles.filterReturnValue(typed, MethodHandles.zero(type.returnType()));
        return MethodHandles.dropArguments(body, 0, type.parameterList());
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static final class Loaded {
    static final Outcome OUTCOME = load();

    private static Outcome load() {
      try {
        NativeLibrary library = LibraryLoader.ofThisProcess().load();
        loaded = library.report();
        return new Success(library);
      } catch (NativeLibraryException e) {
        return new Failure(e);
      }
    }
  }
}
