package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jars as they are built: the programs of the pages, on the class path and on the module path.
 */
class PackagedIT {
  private static final Pattern SAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern ANSWER =
      Pattern.compile("0 xor 1 is 1 with probability (\\d\\.\\d+)");

  private static final Pattern NATIVE_ACCESS =
      Pattern.compile("\\| native access \\| `([^`]+)` \\| `([^`]+)` \\|");

  private static final Pattern LEARNT = Pattern.compile("after: (\\d\\.\\d+)");

  @TempDir static Path folder;

  @BeforeAll
  static void compileThePrograms() throws IOException {
    compile("README.md", "Xor");
    compile("src/docs/EMBEDDING.md", "Online");
  }

  private static void compile(String page, String program) throws IOException {
    Matcher m = SAMPLE.matcher(Files.readString(Child.root().resolve(page)));
    assertTrue(m.find(), page + " has no Java");
    Path source = Files.writeString(folder.resolve(program + ".java"), m.group(1));
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    StringWriter complaints = new StringWriter();
    List<String> options = List.of("-d", folder.toString(), "-cp", libraries());
    try (var files = javac.getStandardFileManager(d -> {}, null, null)) {
      boolean compiled =
          javac
              .getTask(
                  complaints,
                  files,
                  d -> complaints.write(d + "\n"),
                  options,
                  null,
                  files.getJavaFileObjects(source))
              .call();
      assertTrue(compiled, complaints.toString());
    }
  }

  /** The two libraries and the natives: all that a user of the library has. */
  private static String libraries() throws IOException {
    try (Stream<Path> jars = Files.list(Child.jars())) {
      List<String> found =
          jars.filter(
                  j ->
                      j.getFileName()
                          .toString()
                          .matches("(ballast-openblas|ballast-\\d|openblas-).*"))
              .map(Path::toString)
              .toList();
      assertTrue(found.size() >= 3, "package first: " + found);
      return String.join(java.io.File.pathSeparator, found);
    }
  }

  private static void answers(Child child) {
    Matcher m = ANSWER.matcher(child.succeeded().output());
    assertTrue(m.find(), child.output());
    assertTrue(Double.parseDouble(m.group(1)) > 0.9, child.output());
  }

  private static List<String> with(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("Xor");
    all.add(folder.resolve("xor.ballast").toString());
    return all;
  }

  @Test
  void theReadmesProgramRunsOnTheClassPath() throws Exception {
    answers(
        Child.java(
            with(
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules=jdk.incubator.vector",
                "-cp",
                folder + java.io.File.pathSeparator + libraries())));
  }

  @Test
  void itRunsWithTheLibrariesOnTheModulePath() throws Exception {
    answers(
        Child.java(
            with(
                "--enable-native-access=dev.ballast.openblas,dev.ballast,ALL-UNNAMED",
                "-p",
                libraries(),
                "--add-modules=dev.ballast,dev.ballast.openblas,jdk.incubator.vector",
                "-cp",
                folder.toString())));
  }

  /** With the flags that the page names, and native access denied to what they leave out. */
  @Test
  void theProgramOfTheServicePageLearnsAndSwapsOnBothPaths() throws Exception {
    String page = Files.readString(Child.root().resolve("src/docs/EMBEDDING.md"));
    Matcher named = NATIVE_ACCESS.matcher(page);
    assertTrue(named.find(), "EMBEDDING.md names no flags for native access");
    String classPath = folder + java.io.File.pathSeparator + libraries();
    for (List<String> flags :
        List.of(
            List.of(named.group(1), "-cp", classPath),
            List.of(
                named.group(2),
                "-p",
                libraries(),
                "--add-modules=dev.ballast,dev.ballast.openblas",
                "-cp",
                folder.toString()))) {
      List<String> all = new ArrayList<>(flags);
      all.add("--illegal-native-access=deny");
      all.add("--add-modules=jdk.incubator.vector");
      all.add("Online");
      String output = Child.java(all).succeeded().output();
      Matcher after = LEARNT.matcher(output);
      assertTrue(after.find() && Double.parseDouble(after.group(1)) > 0.9, output);
      assertTrue(output.contains(" before, ") && output.contains("off the heap: arenas "), output);
    }
  }

  /** Events are registered when they are first used, which would slow every start. */
  @Test
  void whereNothingIsRecordedNoEventIsRegistered() throws Exception {
    List<String> all =
        with(
            "-Xlog:class+load",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            folder + java.io.File.pathSeparator + libraries());
    String loaded = Child.java(all).succeeded().output();
    assertTrue(loaded.contains("dev.ballast.observe.Recorder "), loaded);
    assertFalse(loaded.contains("dev.ballast.observe.RunEvent "), loaded);
    assertFalse(loaded.contains(" jdk.jfr.internal."), loaded);
  }

  @Test
  void withoutTheVectorApiPlainLoopsServe() throws Exception {
    Child child =
        Child.java(
            with(
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                folder + java.io.File.pathSeparator + libraries()));
    answers(child);
    assertFalse(child.output().contains("incubator"), child.output());
  }

  @Test
  void doctorSaysWhichLibrariesItTriedInVain() throws Exception {
    Path none = folder.resolve("none.so");
    Child child =
        Child.java(
            List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-Dballast.openblas.path=" + none,
                "-jar",
                Child.root().resolve("src/cli/target/ballast-cli.jar").toString(),
                "doctor"));
    assertEquals(1, child.status(), child.output());
    assertTrue(child.output().contains(none.toString()), child.output());
    assertFalse(child.output().contains("\tat "), child.output());
  }

  @Test
  void theLauncherAnswersFromAnyFolder() throws Exception {
    Assumptions.assumeFalse(
        System.getProperty("os.name").startsWith("Windows"), "the launcher is a shell script");
    Child child =
        Child.run(folder, List.of(Child.root().resolve("ballast").toString(), "--version"));
    assertTrue(child.succeeded().output().contains("ballast 0."), child.output());
  }
}
