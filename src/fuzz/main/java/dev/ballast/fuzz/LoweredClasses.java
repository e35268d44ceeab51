package dev.ballast.fuzz;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Copies of classes that say they are for an older Java. Jazzer 0.24 instruments class files up to
 * version 67, of Java 23, and leaves newer ones without a word uncovered; between that and Java 25
 * the format has not changed, so a JVM of Java 25 runs the copies as it runs the originals.
 */
final class LoweredClasses {
  private static final int NEWEST = 67;
  private static final int MAJOR_VERSION = 6;

  private LoweredClasses() {}

  /** Copies what of a class path is Ballast's own; returns a class path with the copies. */
  static String of(String classPath, Path folder) throws IOException {
    StringBuilder lowered = new StringBuilder(folder.toString());
    for (String entry : classPath.split(File.pathSeparator)) {
      Path at = Path.of(entry);
      if (Files.isDirectory(at)) {
        copyFolder(at, folder);
      } else if (at.getFileName().toString().startsWith("ballast")) {
        copyJar(at, folder);
      } else {
        lowered.append(File.pathSeparator).append(entry);
      }
    }
    return lowered.toString();
  }

  private static void copyFolder(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path f : files.filter(Files::isRegularFile).toList()) {
        copy(from.relativize(f).toString(), Files.readAllBytes(f), to);
      }
    }
  }

  private static void copyJar(Path from, Path to) throws IOException {
    try (JarFile jar = new JarFile(from.toFile())) {
      for (Enumeration<JarEntry> e = jar.entries(); e.hasMoreElements(); ) {
        JarEntry entry = e.nextElement();
        if (!entry.isDirectory() && !entry.getName().startsWith("META-INF/")) {
          try (InputStream in = jar.getInputStream(entry)) {
            copy(entry.getName(), in.readAllBytes(), to);
          }
        }
      }
    }
  }

  private static void copy(String name, byte[] bytes, Path folder) throws IOException {
    boolean isClass = name.endsWith(".class") && bytes.length > MAJOR_VERSION + 1;
    int version = isClass ? (bytes[MAJOR_VERSION] & 255) << 8 | bytes[MAJOR_VERSION + 1] & 255 : 0;
    if (version > NEWEST) {
      bytes[MAJOR_VERSION] = 0;
      bytes[MAJOR_VERSION + 1] = NEWEST;
    }
    Path to = folder.resolve(name);
    Files.createDirectories(to.getParent());
    Files.write(to, bytes);
  }
}
