package dev.ballast.openblas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ballast.openblas.ChildJvm.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Folders in which natives can't be unpacked, or can't be opened. Whoever is root may write
 * anywhere, so the folders are file systems of their own, mounted where the child JVM alone sees
 * them; where that is not allowed, these tests are skipped.
 */
class CacheFolderTest {
  @TempDir private static Path folder;

  @BeforeAll
  static void theMountPointExists() throws IOException {
    Files.createDirectory(mount());
  }

  private static Path mount() {
    return folder.resolve("mount");
  }

  /** A child whose view of {@link #mount} is a new file system, after a preparation in shell. */
  private static Result mounted(String options, String prepare, String... flags) throws Exception {
    assumeTrue(Platform.current().os() == Platform.Os.LINUX);
    String mount = "mount -t tmpfs -o " + options + " ballast " + mount();
    List<String> unshare = List.of("unshare", "--mount", "--map-root-user", "sh", "-c");
    assumeTrue(ends(Stream.concat(unshare.stream(), Stream.of(mount)).toList()), "can't mount");
    List<String> wrapper = new ArrayList<>(unshare);
    wrapper.addAll(List.of(mount + " && " + prepare + " && exec \"$@\"", "sh"));
    return ChildJvm.run(
        wrapper, ChildJvm.flags(flags), ChildJvm.classPath(true), Map.of(), LoadProbe.class);
  }

  private static boolean ends(List<String> command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Named are the folder, what is wrong with it, and the property that moves it. */
  private static void assertNames(Result result, Path place, String reason) {
    String output = result.output();
    assertEquals(0, result.exitCode(), output);
    assertTrue(output.contains("bundled  " + place), output);
    assertTrue(output.contains(reason), output);
    // On a machine with an OpenBLAS of its own that one serves instead.
    if (!output.contains("origin=SYSTEM")) {
      assertTrue(output.contains("-Dballast.cache=FOLDER"), output);
    }
  }

  @Test
  void aReadOnlyFolderIsNamed() throws Exception {
    Result result = mounted("ro", "true", "-Dballast.cache=" + mount());
    assertNames(result, mount(), "Read-only file system");
  }

  @Test
  void aReadOnlyHomeIsNamed() throws Exception {
    Result result = mounted("ro", "unset XDG_CACHE_HOME", "-Duser.home=" + mount());
    assertNames(result, mount().resolve(".cache/ballast"), "Read-only file system");
  }

  @Test
  void aFullFolderIsNamedAndNothingIsLeftInIt() throws Exception {
    Result result = mounted("size=1m", "true", "-Dballast.cache=" + mount());
    assertNames(result, mount(), "No space left on device");
  }

  @Test
  void aFolderMountedNoexecIsNamed() throws Exception {
    Result result = mounted("noexec,size=64m", "true", "-Dballast.cache=" + mount());
    assertNames(result, mount(), "its folder is mounted noexec");
  }

  @Test
  void anIntactCacheServesReadOnly() throws Exception {
    OpenBlas.report();
    String prepare =
        "cp -r %s/. %s && mount -o remount,ro ballast %2$s"
            .formatted(Platform.current().cacheRoot(), mount());
    Result result = mounted("size=64m", prepare, "-Dballast.cache=" + mount());
    assertTrue(result.output().contains("dot=30.0"), result.output());
    assertTrue(result.output().contains("path=" + mount()), result.output());
  }

  @Test
  void aFileInPlaceOfTheFolderIsNamed() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    Result result =
        ChildJvm.run(
            ChildJvm.flags("-Dballast.cache=" + file),
            ChildJvm.classPath(true),
            Map.of(),
            LoadProbe.class);
    assertNames(result, file, "FileSystemException");
  }

  @Test
  void noTemporaryFolderIsNeeded() throws Exception {
    Result result =
        ChildJvm.run(
            ChildJvm.flags(
                "-Djava.io.tmpdir=" + folder.resolve("none"),
                "-Dballast.cache=" + folder.resolve("cache")),
            ChildJvm.classPath(true),
            Map.of(),
            LoadProbe.class);
    assertTrue(result.output().contains("origin=BUNDLED"), result.output());
  }

  @Test
  void aUserWhoMayNotWriteIsToldWhere() throws Exception {
    List<String> nobody =
        List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--");
    assumeTrue(ends(Stream.concat(nobody.stream(), Stream.of("true")).toList()), "no setpriv");
    // The classes too must lie where this user may read.
    Path classes = folder.resolve("classes");
    for (Path entry : List.of(Path.of("target/classes"), Path.of("target/test-classes"))) {
      assumeTrue(ends(List.of("cp", "-r", entry + "/.", classes.toString())), "no cp");
    }
    assumeTrue(ends(List.of("chmod", "-R", "a+rX", folder.toString())), "no chmod");
    Path cache = Files.createDirectory(folder.resolve("of another"));
    Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxr-xr-x"));
    Result result =
        ChildJvm.run(
            nobody,
            ChildJvm.flags("-Dballast.cache=" + cache),
            classes.toString(),
            Map.of(),
            LoadProbe.class);
    assertNames(result, cache, "AccessDeniedException");
  }
}
