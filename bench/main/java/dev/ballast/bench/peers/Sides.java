package dev.ballast.bench.peers;

import dev.ballast.bench.ProjectFiles;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where all sides are found: ours in this program, the peers in a folder that {@code
 * bench/peers/install.sh} makes, with {@code venv} for Python's and {@code java} for the JVM's.
 */
final class Sides {
  /** In the order of the tables. */
  static final List<String> NAMES =
      List.of(Side.BALLAST, "torch", "torch-compiled", "jax", "onnxruntime-java", "djl");

  private static final Path SCRIPTS = Path.of("bench", "peers");

  private final Path peers;
  private final Path folder;
  private final String install;

  private Sides(Path peers, Path folder, Path script) {
    this.peers = peers;
    this.folder = folder;
    this.install = script + " " + peers;
  }

  /**
   * All sides, whether they are installed or not.
   *
   * @param peers the peers' folder, if not {@code .peers} in the project
   * @param folder for class archives
   */
  static List<Side> find(Optional<Path> peers, Path folder) throws IOException {
    Path script = ProjectFiles.find(SCRIPTS.resolve("install.sh"));
    Path project = script.toAbsolutePath().getParent().getParent().getParent();
    Sides s = new Sides(peers.orElse(project.resolve(".peers")), folder, script);
    return List.of(
        s.jvm(Side.BALLAST, JvmProgram.of(BallastSide.class), Optional.empty(), true),
        s.python("torch", "torch_side.py"),
        s.python("torch-compiled", "torch_side.py", "compiled"),
        s.python("jax", "jax_side.py"),
        s.peer("onnxruntime-java", "OnnxRuntimeSide", "onnxruntime", false),
        s.peer("djl", "DjlSide", "pytorch-engine", true));
  }

  private Side python(String name, String script, String... options) throws IOException {
    Path python = peers.resolve(Path.of("venv", "bin", "python"));
    Path file = ProjectFiles.find(SCRIPTS.resolve(script));
    return new Side.Python(name, python, file, List.of(options), install);
  }

  private Side jvm(String name, JvmProgram program, Optional<String> missing, boolean trains) {
    return new Side.Jvm(name, program, missing, trains, folder.resolve(name + ".jsa"));
  }

  /** A peer on the JVM: its side is compiled against its jars, by the script that fetches them. */
  private Side peer(String name, String main, String jar, boolean trains) throws IOException {
    Path java = peers.resolve("java");
    Path compiled = java.resolve("sides.jar");
    Path source = ProjectFiles.find(SCRIPTS.resolve(Path.of("java", main + ".java")));
    String classPath =
        String.join(
            File.pathSeparator,
            System.getProperty("java.class.path"),
            compiled.toString(),
            java.resolve("lib") + File.separator + "*");
    List<String> flags =
        List.of(
            "-Dai.djl.offline=true",
            "-DOPT_OUT_TRACKING=true",
            "-DDJL_CACHE_DIR=" + java.resolve("cache"),
            "-DENGINE_CACHE_DIR=" + java.resolve("cache"));
    Optional<String> missing =
        lacks(java.resolve("lib"), jar, compiled, source)
            .map(l -> l + "; " + install + " brings it");
    return jvm(name, new JvmProgram(main, classPath, flags), missing, trains);
  }

  private static Optional<String> lacks(Path lib, String jar, Path compiled, Path source)
      throws IOException {
    if (!has(lib, jar)) {
      return Optional.of(lib + " has no " + jar + "-….jar");
    }
    if (!Files.isRegularFile(compiled)) {
      return Optional.of(compiled + " is not there");
    }
    boolean old =
        Files.getLastModifiedTime(compiled).compareTo(Files.getLastModifiedTime(source)) < 0;
    return old ? Optional.of(compiled + " is older than " + source) : Optional.empty();
  }

  private static boolean has(Path lib, String jar) throws IOException {
    if (!Files.isDirectory(lib)) {
      return false;
    }
    try (Stream<Path> files = Files.list(lib)) {
      return files.anyMatch(f -> f.getFileName().toString().startsWith(jar + "-"));
    }
  }
}
