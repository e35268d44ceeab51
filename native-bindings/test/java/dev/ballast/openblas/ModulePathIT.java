package dev.ballast.openblas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs after the jar is made, because the module's name stands in the jar's manifest. */
class ModulePathIT {
  @TempDir private Path folder;

  @Test
  void theJarAndTheNativesWorkFromTheModulePath() throws Exception {
    Path source =
        Files.writeString(
            folder.resolve("Probe.java"),
            """
            import dev.ballast.openblas.OpenBlas;

            class Probe {
              public static void main(String[] args) {
                System.out.println(OpenBlas.class.getModule() + " " + OpenBlas.report().origin());
              }
            }
            """);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=dev.ballast.openblas",
                "-Dballast.cache=" + folder,
                "--module-path",
                jars(),
                "--add-modules",
                "dev.ballast.openblas",
                source.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    assertTrue(output.contains("module dev.ballast.openblas BUNDLED"), output);
  }

  private static String jars() throws Exception {
    Path own;
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      own =
          files
              .filter(
                  file ->
                      file.getFileName()
                          .toString()
                          .matches("ballast-openblas-[\\w.]+(-SNAPSHOT)?\\.jar"))
              .findFirst()
              .orElseThrow();
    }
    String natives =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> entry.contains("bytedeco"))
            .collect(Collectors.joining(File.pathSeparator));
    return own + File.pathSeparator + natives;
  }
}
