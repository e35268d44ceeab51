package dev.ballast.openblas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A library that may be the OpenBLAS Ballast needs.
 *
 * @param origin who proposed it
 * @param location what to show the user
 * @param files the files to open, each after those it links to; none to let the system's loader
 *     find {@code location}
 */
record Candidate(Origin origin, String location, List<Path> files) {
  /** What {@link cblas_h} cannot do without; the one other function is {@link StridedBatch}. */
  static final List<String> REQUIRED =
      List.of(
          "openblas_set_num_threads",
          "openblas_get_num_threads",
          "openblas_get_config",
          "openblas_get_corename",
          "openblas_get_parallel",
          "cblas_sdot",
          "cblas_saxpy",
          "cblas_sgemv",
          "cblas_dgemv",
          "cblas_sgemm",
          "cblas_dgemm");

  private static final Pattern VERSION = Pattern.compile("OpenBLAS (\\S+)");
  private static final Pattern MAX_THREADS = Pattern.compile("MAX_THREADS=(\\d+)");
  // OPENBLAS_SEQUENTIAL of cblas.h; the class cblas_h cannot be asked, it waits for this one.
  private static final int SEQUENTIAL = 0;
  private static final int FEWEST_CALLERS = 8;
  private static final int MAX_TEXT_BYTES = 4096;

  static Candidate of(Origin origin, List<Path> files) {
    return new Candidate(origin, files.getLast().toString(), files);
  }

  static Candidate ofSystem(String name) {
    return new Candidate(Origin.SYSTEM, name, List.of());
  }

  /** Loads the library with one thread and checks that it is what Ballast needs. */
  NativeLibrary open(long startNanos, List<Attempt> attemptsWithThis)
      throws UnusableLibraryException {
    try {
      // OpenBLAS starts its threads, each with its memory, while it is being loaded.
      Linked linked = ProcessEnvironment.with("OPENBLAS_NUM_THREADS", "1", this::link);
      SymbolLookup symbols = linked.symbols();
      String config = check(symbols);
      int threads = oneThread(symbols);
      CallerGate gate =
          CallerGate.of(
              maxCallers(
                  integer(symbols, "openblas_get_parallel"),
                  config,
                  Runtime.getRuntime().availableProcessors()));
      LoadReport report =
          new LoadReport(
              file(),
              origin,
              firstGroup(VERSION, config, "unknown"),
              config,
              text(symbols, "openblas_get_corename"),
              threads,
              gate.maxCallers(),
              linked.residentBytes(),
              System.nanoTime() - startNanos,
              attemptsWithThis);
      return new NativeLibrary(symbols, gate, report);
    } catch (IllegalCallerException e) {
      throw new UnusableLibraryException(
          "native access is denied (%s); start Java with --enable-native-access=ALL-UNNAMED, on the"
                  .formatted(e.getMessage())
              + " module path with --enable-native-access=dev.ballast.openblas");
    }
  }

  private record Linked(SymbolLookup symbols, OptionalLong residentBytes) {}

  // Memory is read here, as close to the linking as can be, because the JVM's own memory grows as
  // well while it prepares the calls around it.
  private Linked link() throws UnusableLibraryException {
    OptionalLong before = ResidentMemory.bytes();
    SymbolLookup symbols =
        files.isEmpty() ? DynamicLinker.openSystem(location) : DynamicLinker.open(files);
    OptionalLong after = ResidentMemory.bytes();
    return new Linked(symbols, difference(before, after));
  }

  /** The library's description of itself, once it is known to fit. */
  static String check(SymbolLookup symbols) throws UnusableLibraryException {
    for (String name : REQUIRED) {
      if (symbols.find(name).isEmpty()) {
        throw new UnusableLibraryException("it does not export " + name);
      }
    }
    String config = text(symbols, "openblas_get_config");
    if (config.contains("USE64BITINT")) {
      throw new UnusableLibraryException(
          "it was built for 64-bit integers (ILP64) and Ballast passes 32-bit ones; its"
              + " configuration is: "
              + config);
    }
    return config;
  }

  /** A library that was in the process before has read its environment before. */
  private static int oneThread(SymbolLookup symbols) {
    int threads = integer(symbols, "openblas_get_num_threads");
    if (threads == 1) {
      return threads;
    }
    MethodHandle setThreads =
        handle(symbols, "openblas_set_num_threads", FunctionDescriptor.ofVoid(JAVA_INT));
    Native.call(
        () -> {
          setThreads.invokeExact(1);
          return 1;
        });
    return integer(symbols, "openblas_get_num_threads");
  }

  /**
   * A build for MAX_THREADS threads has twice as many work buffers; half of them stay free for
   * other users of the same library. More callers than twice the processors gain nothing: each
   * keeps a buffer of its own, and no core to work on it. A sequential build does not lock its
   * table of buffers, so callers take turns.
   */
  static int maxCallers(int parallel, String config, int processors) {
    if (parallel == SEQUENTIAL) {
      return 1;
    }
    int buildLimit = Integer.parseInt(firstGroup(MAX_THREADS, config, "1"));
    return Math.max(1, Math.min(buildLimit, Math.max(FEWEST_CALLERS, 2 * processors)));
  }

  /** Where a library that the system found by its name lies, if the system tells. */
  private Path file() {
    if (origin != Origin.SYSTEM) {
      return Path.of(location);
    }
    Path mapped = Path.of("/proc/self/maps");
    if (!Files.isReadable(mapped)) {
      return Path.of(location);
    }
    try (Stream<String> lines = Files.lines(mapped)) {
      return lines
          .filter(line -> line.contains("/libopenblas"))
          .map(line -> Path.of(line.substring(line.indexOf('/'))))
          .findFirst()
          .orElse(Path.of(location));
    } catch (IOException e) {
      // Only the report's path is at stake, and the name is a fair answer.
      return Path.of(location);
    }
  }

  /** Never negative: a collector may give the system memory back meanwhile. */
  private static OptionalLong difference(OptionalLong before, OptionalLong after) {
    return before.isPresent() && after.isPresent()
        ? OptionalLong.of(Math.max(0, after.getAsLong() - before.getAsLong()))
        : OptionalLong.empty();
  }

  private static String firstGroup(Pattern pattern, String text, String otherwise) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : otherwise;
  }

  private static int integer(SymbolLookup symbols, String function) {
    MethodHandle get = handle(symbols, function, FunctionDescriptor.of(JAVA_INT));
    return Native.call(() -> (int) get.invokeExact());
  }

  @SuppressWarnings("restricted")
  private static String text(SymbolLookup symbols, String function) {
    MethodHandle get = handle(symbols, function, FunctionDescriptor.of(ADDRESS));
    MemorySegment text = Native.call(() -> (MemorySegment) get.invokeExact());
    return text.reinterpret(MAX_TEXT_BYTES).getString(0).strip();
  }

  private static MethodHandle handle(
      SymbolLookup symbols, String function, FunctionDescriptor descriptor) {
    return Native.downcall(symbols.findOrThrow(function), descriptor);
  }
}
