package dev.ballast.bench;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of the project that the measurements use. */
public final class ProjectFiles {
  private ProjectFiles() {}

  /** The definition that is measured where none is named. */
  static Path exampleModel() throws IOException {
    return find(Path.of("models", "mnist-mlp.toml"));
  }

  /**
   * Looks in the current folder, then in the project that this program was built in.
   *
   * @throws IOException where it is in neither
   */
  public static Path find(Path file) throws IOException {
    if (Files.isRegularFile(file)) {
      return file;
    }
    for (Path folder = program(); folder != null; folder = folder.getParent()) {
      if (Files.isRegularFile(folder.resolve(file))) {
        return folder.resolve(file);
      }
    }
    throw new IOException(file + ": is neither here nor where this program lies");
  }

  private static Path program() throws IOException {
    try {
      return Path.of(
          ProjectFiles.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException("can't tell where this program lies", e);
    }
  }
}
