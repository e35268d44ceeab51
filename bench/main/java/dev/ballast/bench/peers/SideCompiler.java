package dev.ballast.bench.peers;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles a side whose library is no dependency of this build. It takes a second, and so what runs
 * is always what the source says.
 */
final class SideCompiler {
  private SideCompiler() {}

  /** Whether this JVM comes with a compiler; a JDK's does. */
  static boolean isThere() {
    return ToolProvider.getSystemJavaCompiler() != null;
  }

  /**
   * Compiles one source into a jar: of classes in folders the JVM makes no archive.
   *
   * @throws IOException where it does not compile
   */
  static Path jar(Path source, String classPath, Path folder) throws IOException {
    String name = source.getFileName().toString();
    Path classes = Files.createDirectory(folder.resolve(name + ".classes"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    List<String> options = List.of("-d", classes.toString(), "-cp", classPath, "-proc:none");
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(said, files, null, options, null, files.getJavaFileObjects(source))
              .call();
      if (!compiled) {
        throw new IOException(source + ": does not compile:\n" + said);
      }
    }
    Path jar = folder.resolve(name + ".jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> all = Files.list(classes)) {
      for (Path c : all.sorted().toList()) {
        out.putNextEntry(new JarEntry(c.getFileName().toString()));
        Files.copy(c, out);
      }
    }
    return jar;
  }
}
