package dev.ballast.openblas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.openblas.ChildJvm.Result;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadingTest {
  @TempDir private Path folder;

  private Result load(Map<String, String> environment, boolean withNatives, String... flags)
      throws Exception {
    String[] all = new String[flags.length + 1];
    all[0] = "-Dballast.cache=" + folder.resolve("cache");
    System.arraycopy(flags, 0, all, 1, flags.length);
    return ChildJvm.run(
        ChildJvm.flags(all), ChildJvm.classPath(withNatives), environment, LoadProbe.class);
  }

  private static void assertSays(Result result, String text) {
    assertTrue(result.output().contains(text), () -> "not said: " + text + "\n" + result.output());
  }

  @Test
  void theBundledLibraryIsTakenIfNothingElseIsNamed() throws Exception {
    Result result = load(Map.of("OPENBLAS_NUM_THREADS", "4"), true);
    assertEquals(0, result.exitCode(), result.output());
    assertSays(result, "dot=30.0");
    assertSays(result, "origin=BUNDLED");
    assertSays(result, "path=" + folder.resolve("cache"));
    assertSays(result, "threads=1");
  }

  @Test
  void theVariableThatSetsOneThreadIsPutBackAfterLoading() throws Exception {
    assertSays(load(Map.of("OPENBLAS_NUM_THREADS", "4"), true), "variable=4");
  }

  @Test
  void aPathGivenByTheUserWins() throws Exception {
    Path library = OpenBlas.report().path();
    Result byProperty = load(Map.of(), true, "-Dballast.openblas.path=" + library);
    assertSays(byProperty, "path=" + library);
    assertSays(byProperty, "origin=USER");
    assertSays(byProperty, "dot=30.0");
    Result byVariable = load(Map.of("BALLAST_OPENBLAS_PATH", library.toString()), false);
    assertSays(byVariable, "path=" + library);
    assertSays(byVariable, "origin=USER");
  }

  @Test
  void aUserPathThatFailsIsAnErrorThatNamesPathReasonAndNextStep() throws Exception {
    Path notALibrary = Files.writeString(folder.resolve("libopenblas.so"), "not a library at all");
    Result result = load(Map.of(), true, "-Dballast.openblas.path=" + notALibrary);
    assertEquals(0, result.exitCode(), result.output());
    assertSays(result, "OpenBLAS could not be loaded. Tried:\n  user     " + notALibrary + ": ");
    assertSays(result, "Next: correct or remove the system property ballast.openblas.path");
    assertFalse(result.output().contains("bundled"), result.output());
    assertFalse(result.output().contains("NoClassDefFoundError"), result.output());
    int failures = result.output().split("failure=", -1).length - 1;
    assertEquals(2, failures, "the second call must fail as clearly as the first");
  }

  @Test
  void aUserPathThatDoesNotExistOrIsAFolderIsAnError() throws Exception {
    Path missing = folder.resolve("missing.so");
    assertSays(
        load(Map.of("BALLAST_OPENBLAS_PATH", missing.toString()), true),
        missing + ": there is no such file");
    assertSays(
        load(Map.of(), true, "-Dballast.openblas.path=" + folder),
        folder + ": this is not a file; name the library itself");
  }

  @Test
  void withoutTheBundledLibraryEveryPathTriedIsInTheError() throws Exception {
    Result result = load(Map.of(), false);
    // On a machine with a system OpenBLAS that one serves, and says that the bundle failed first.
    assertSays(result, "no jar of org.bytedeco:openblas with it was found");
    boolean systemHasOne = result.output().contains("origin=SYSTEM");
    if (!systemHasOne) {
      for (String name : Platform.current().systemLibraries()) {
        assertSays(result, "system   " + name + ": ");
      }
      assertSays(result, "Next: add org.bytedeco:openblas with the classifier");
    }
  }

  @Test
  void deniedNativeAccessIsExplained() throws Exception {
    Result result =
        ChildJvm.run(
            List.of("--illegal-native-access=deny", "-Dballast.cache=" + folder),
            ChildJvm.classPath(true),
            Map.of(),
            LoadProbe.class);
    assertSays(result, "native access is denied");
    assertSays(result, "--enable-native-access=ALL-UNNAMED");
  }

  @Test
  void aDamagedCacheIsRepairedByTheNextLoad() throws Exception {
    assertSays(load(Map.of(), true), "dot=30.0");
    Path library;
    try (var files = Files.walk(folder)) {
      library =
          files.filter(f -> f.getFileName().toString().contains("libopenblas")).findAny().get();
    }
    long size = Files.size(library);
    Files.write(library, new byte[4096]);
    Result result = load(Map.of(), true);
    assertSays(result, "dot=30.0");
    assertSays(result, "origin=BUNDLED");
    assertEquals(size, Files.size(library));
  }

  @Test
  void twoProcessesThatUnpackAtOnceBothLoad() throws Exception {
    List<String> flags = ChildJvm.flags("-Dballast.cache=" + folder);
    String classPath = ChildJvm.classPath(true);
    Process first = ChildJvm.start(flags, classPath, Map.of(), LoadProbe.class);
    Process second = ChildJvm.start(flags, classPath, Map.of(), LoadProbe.class);
    assertSays(ChildJvm.await(first), "origin=BUNDLED");
    assertSays(ChildJvm.await(second), "origin=BUNDLED");
    try (var files = Files.walk(folder)) {
      assertFalse(files.anyMatch(file -> file.toString().endsWith(".part")));
    }
  }

  @Test
  void theReportKnowsWhatWasLoadedAndWhatItCost() throws Exception {
    LoadReport report = OpenBlas.report();
    assertEquals(Origin.BUNDLED, report.origin());
    assertTrue(NativesManifest.read().version().startsWith(report.version() + "-"));
    assertEquals(1, report.threads());
    assertFalse(report.coreName().isEmpty());
    assertTrue(report.maxCallers() >= 1);
    assertTrue(report.loadNanos() > 0);
    assertEquals(Optional.empty(), report.attempts().getLast().failure());
    if (Platform.current().os() == Platform.Os.LINUX) {
      assertTrue(report.residentBytesAtLoad().getAsLong() > 0, report.toString());
    }
  }

  static MemorySegment configOfAnIlp64Build() {
    return ILP64;
  }

  private static final MemorySegment ILP64 =
      Arena.global().allocateFrom("OpenBLAS 0.3.31 USE64BITINT DYNAMIC_ARCH MAX_THREADS=64");

  @Test
  @SuppressWarnings("restricted")
  void aLibraryFor64BitIntegersIsRefused() throws Exception {
    FunctionDescriptor type = FunctionDescriptor.of(ADDRESS);
    MethodHandle config =
        MethodHandles.lookup()
            .findStatic(LoadingTest.class, "configOfAnIlp64Build", type.toMethodType());
    MemorySegment stub = Linker.nativeLinker().upcallStub(config, type, Arena.global());
    SymbolLookup library = _ -> Optional.of(stub);
    Exception e = assertThrows(UnusableLibraryException.class, () -> Candidate.check(library));
    assertTrue(e.getMessage().contains("64-bit integers (ILP64)"), e.getMessage());
  }

  @Test
  void aLibraryWithoutAFunctionIsRefused() {
    Exception e =
        assertThrows(UnusableLibraryException.class, () -> Candidate.check(_ -> Optional.empty()));
    assertTrue(e.getMessage().startsWith("it does not export openblas_"), e.getMessage());
  }
}
