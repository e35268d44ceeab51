package dev.ballast;

import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Data that tests read but the project does not carry, in {@code ../shared/data} of its root. */
public final class SharedData {
  private SharedData() {}

  /** The project's root folder. */
  public static Path root() {
    return Path.of(System.getProperty("ballast.root", "../..")).toAbsolutePath().normalize();
  }

  /** A folder of the data. Where it is absent the test is skipped, under CI it fails instead. */
  public static Path folder(String name) {
    Path folder = root().resolveSibling("shared").resolve("data").resolve(name);
    if (!Files.isDirectory(folder)) {
      if ("true".equals(System.getenv("CI"))) {
        fail(folder + " is absent, and CI=true does not allow this test to be skipped");
      }
      Assumptions.abort(folder + " is absent: skipped");
    }
    return folder;
  }
}
