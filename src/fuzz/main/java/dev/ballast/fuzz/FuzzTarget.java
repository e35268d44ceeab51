package dev.ballast.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What Jazzer calls; properties say which reader it is to try ({@value #READER}), and where inputs
 * to begin with are ({@value #SEEDS}).
 */
public final class FuzzTarget {
  static final String READER = "ballast.fuzz.reader";
  static final String SEEDS = "ballast.fuzz.seeds";

  private static final Reader TRIED = Reader.valueOf(System.getProperty(READER));

  private FuzzTarget() {}

  /**
   * Loads what the reader needs, which Jazzer instruments meanwhile: beside other programs that
   * takes longer than an input may.
   */
  public static void fuzzerInitialize() throws IOException {
    String folder = System.getProperty(SEEDS);
    if (folder == null) {
      return;
    }
    List<Path> seeds;
    try (Stream<Path> files = Files.list(Path.of(folder))) {
      seeds = files.sorted().toList();
    }
    for (Path seed : seeds) {
      TRIED.read(Files.readAllBytes(seed));
    }
  }

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    TRIED.read(input);
  }
}
