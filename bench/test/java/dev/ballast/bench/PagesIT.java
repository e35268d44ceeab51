package dev.ballast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages are what their commands print; the script that writes them checks them. */
class PagesIT {
  private static final Path ROOT =
      Path.of(System.getProperty("ballast.root", "..")).toAbsolutePath().normalize();

  @TempDir static Path folder;

  private record Check(int status, String output) {
    static Check of(Path page) throws IOException, InterruptedException {
      Path log = folder.resolve("log");
      Process p =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "src/docs/Page.java",
                  "check",
                  page.toString())
              .directory(ROOT.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      assertTrue(p.waitFor(5, TimeUnit.MINUTES), "the page's commands take too long");
      return new Check(p.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
    }
  }

  @BeforeAll
  static void theLauncherIsAShellScript() {
    Assumptions.assumeFalse(System.getProperty("os.name").startsWith("Windows"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"LECTURE.md", "PLANNING.md"})
  void aPageIsWhatItsCommandsPrint(String page) throws Exception {
    Check c = Check.of(Path.of("src/docs", page));
    assertEquals(0, c.status(), c.output());
  }

  @Test
  void aStalePageIsFoundOut() throws Exception {
    Path page =
        Files.writeString(
            folder.resolve("stale.md"),
            """
            ```console
            $ ./ballast grad "x^2" --at x=3
            L      = 8
            ```

            ```console recorded
            $ ./ballast train m.toml --no-such-option
            ```
            """);
    Check c = Check.of(page);
    assertEquals(1, c.status(), c.output());
    assertTrue(c.output().contains("stale.md:1: the page says"), c.output());
    assertTrue(c.output().contains("stale.md:6: there is no option --no-such-option"), c.output());
  }
}
