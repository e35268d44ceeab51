package dev.ballast.openblas;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Opens the native files inside the jar of {@code org.bytedeco:openblas}. */
@FunctionalInterface
interface NativeSource {
  /** The file, or empty if the jar is not there. */
  Optional<InputStream> open(String name) throws IOException;

  static NativeSource ofJarFor(Platform platform) {
    String folder = "org/bytedeco/openblas/" + platform.classifier() + "/";
    String module = "org.bytedeco.openblas." + platform.classifier().replace('-', '.');
    return name -> {
      ClassLoader loader = NativeSource.class.getClassLoader();
      Optional<InputStream> onClassPath =
          Optional.ofNullable(loader.getResourceAsStream(folder + name));
      return onClassPath.isPresent() ? onClassPath : fromModulePath(module, folder + name);
    };
  }

  /**
   * On the module path the natives are a module that nobody requires, so it is not resolved and its
   * resources are invisible, unless the user names it with --add-modules. Its jar is on the module
   * path all the same.
   */
  private static Optional<InputStream> fromModulePath(String module, String resource)
      throws IOException {
    Path[] entries =
        Stream.of(System.getProperty("jdk.module.path", "").split(File.pathSeparator))
            .filter(entry -> !entry.isEmpty())
            .map(Path::of)
            .toArray(Path[]::new);
    Optional<ModuleReference> reference;
    try {
      reference = ModuleFinder.of(entries).find(module);
    } catch (FindException e) {
      throw new IOException("the module path cannot be searched: " + e.getMessage(), e);
    }
    if (reference.isEmpty()) {
      return Optional.empty();
    }
    ModuleReader reader = reference.get().open();
    Optional<InputStream> stream = reader.open(resource);
    if (stream.isEmpty()) {
      reader.close();
    }
    return stream.map(in -> new ReaderStream(in, reader));
  }

  /** Closes the module's jar together with the stream out of it. */
  final class ReaderStream extends java.io.FilterInputStream {
    private final ModuleReader reader;

    ReaderStream(InputStream in, ModuleReader reader) {
      super(in);
      this.reader = reader;
    }

    @Override
    public void close() throws IOException {
      try (reader) {
        super.close();
      }
    }
  }
}
