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
    return present(data(name), Files.isDirectory(data(name)));
  }

  /** A file of the data. Where it is absent the test is skipped, under CI it fails instead. */
  public static Path file(String name) {
    return present(data(name), Files.isRegularFile(data(name)));
  }

  private static Path data(String name) {
    return root().resolveSibling("shared").resolve("data").resolve(name);
  }

  private static Path present(Path path, boolean there) {
    if (!there && "true".equals(System.getenv("CI"))) {
      fail(path + " is absent, and CI=true does not allow this test to be skipped");
    }
    Assumptions.assumeTrue(there, path + " is absent: skipped");
    return path;
  }
}
