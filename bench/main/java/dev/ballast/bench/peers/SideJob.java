package dev.ballast.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A {@link Job} as a side on a JVM reads it. */
public final class SideJob {
  private final Map<String, String> lines = new HashMap<>();

  /** Reads the job's file. */
  public SideJob(Path file) throws IOException {
    for (String line : Files.readAllLines(file)) {
      int at = line.indexOf('=');
      lines.put(line.substring(0, at), line.substring(at + 1));
    }
  }

  /** A value as it stands. */
  public String text(String key) {
    String value = lines.get(key);
    if (value == null) {
      throw new IllegalArgumentException("the job says nothing of " + key);
    }
    return value;
  }

  public int number(String key) {
    return Integer.parseInt(text(key));
  }

  public double real(String key) {
    return Double.parseDouble(text(key));
  }

  public Path path(String key) {
    return Path.of(text(key));
  }

  /** Several numbers with blanks in between. */
  public int[] numbers(String key) {
    return Arrays.stream(text(key).split(" ")).mapToInt(Integer::parseInt).toArray();
  }

  /** The numbers in a file that the job names. */
  public float[] floats(String key) throws IOException {
    return Numbers.floats(path(key));
  }

  /** The labels in a file that the job names. */
  public int[] ints(String key) throws IOException {
    return Numbers.ints(path(key));
  }

  /** The layers, each a word and its numbers. */
  public List<String> layers() {
    return Arrays.stream(text("layers").split("; ")).toList();
  }
}
