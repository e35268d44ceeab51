package dev.ballast.bench;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The definition that is measured where none is named. */
final class ExampleModel {
  private static final Path IN_PROJECT = Path.of("models", "mnist-mlp.toml");

  private ExampleModel() {}

  /** Looked for in the current folder, then in the project that this program was built in. */
  static Path find() throws IOException {
    if (Files.isRegularFile(IN_PROJECT)) {
      return IN_PROJECT;
    }
    for (Path folder = program(); folder != null; folder = folder.getParent()) {
      if (Files.isRegularFile(folder.resolve(IN_PROJECT))) {
        return folder.resolve(IN_PROJECT);
      }
    }
    throw new IOException(
        IN_PROJECT + ": is neither here nor where this program lies; name a definition");
  }

  private static Path program() throws IOException {
    try {
      return Path.of(
          ExampleModel.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException("can't tell where this program lies", e);
    }
  }
}
