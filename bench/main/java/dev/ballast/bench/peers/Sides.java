package dev.ballast.bench.peers;

import dev.ballast.bench.ProjectFiles;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where all sides are found: ours in this program, the peers in a folder that {@code
 * bench/peers/install.sh} makes, with {@code venv} for Python's and {@code java} for the JVM's.
 */
public final class Sides {
  /** In the order of the tables. */
  public static final List<String> NAMES =
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
   * Some sides, in the order of the tables, whether they are installed or not.
   *
   * @param names of {@link #NAMES}
   * @param peers the peers' folder, if not {@code .peers} in the project
   * @param folder for what is compiled, and for class archives
   */
  public static List<Side> find(Set<String> names, Optional<Path> peers, Path folder)
      throws IOException {
    Path script = ProjectFiles.find(SCRIPTS.resolve("install.sh"));
    Path project = script.toAbsolutePath().getParent().getParent().getParent();
    Sides s = new Sides(peers.orElse(project.resolve(".peers")), folder, script);
    List<Side> found = new ArrayList<>();
    for (String name : NAMES) {
      if (names.contains(name)) {
        found.add(s.find(name));
      }
    }
    return found;
  }

  private Side find(String name) throws IOException {
    return switch (name) {
      case "torch" -> python(name, "torch_side.py");
      case "torch-compiled" -> python(name, "torch_side.py", "compiled");
      case "jax" -> python(name, "jax_side.py");
      case "onnxruntime-java" -> peer(name, "OnnxRuntimeSide", "onnxruntime", false);
      case "djl" -> peer(name, "DjlSide", "pytorch-engine", true);
      default -> jvm(name, JvmProgram.of(BallastSide.class), Optional.empty(), true);
    };
  }

  private Side python(String name, String script, String... options) throws IOException {
    Path python = peers.resolve(Path.of("venv", "bin", "python"));
    Path file = ProjectFiles.find(SCRIPTS.resolve(script));
    return new Side.Python(name, python, file, List.of(options), install);
  }

  private Side jvm(String name, JvmProgram program, Optional<String> missing, boolean trains) {
    return new Side.Jvm(name, program, missing, trains, folder.resolve(name + ".jsa"));
  }

  /** A peer on the JVM: its side is compiled against its jars. */
  private Side peer(String name, String main, String jar, boolean trains) throws IOException {
    Path java = peers.resolve("java");
    Path lib = java.resolve("lib");
    Path source = ProjectFiles.find(SCRIPTS.resolve(Path.of("java", main + ".java")));
    List<String> flags =
        List.of(
            "-Dai.djl.offline=true",
            "-DOPT_OUT_TRACKING=true",
            "-DDJL_CACHE_DIR=" + java.resolve("cache"),
            "-DENGINE_CACHE_DIR=" + java.resolve("cache"));
    String classPath = System.getProperty("java.class.path");
    Optional<String> missing = lacks(lib, jar);
    if (missing.isEmpty()) {
      List<Path> jars = jars(lib);
      classPath =
          jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator))
              + File.pathSeparator
              + classPath;
      classPath = SideCompiler.jar(source, classPath, folder) + File.pathSeparator + classPath;
    }
    return jvm(name, new JvmProgram(main, classPath, flags), missing, trains);
  }

  private Optional<String> lacks(Path lib, String jar) throws IOException {
    if (jars(lib).stream().noneMatch(f -> f.getFileName().toString().startsWith(jar + "-"))) {
      return Optional.of(lib + " has no " + jar + "-….jar; " + install + " brings it");
    }
    return SideCompiler.isThere()
        ? Optional.empty()
        : Optional.of("this Java has no compiler; run on a JDK");
  }

  private static List<Path> jars(Path lib) throws IOException {
    if (!Files.isDirectory(lib)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(lib)) {
      return files.sorted().toList();
    }
  }
}
