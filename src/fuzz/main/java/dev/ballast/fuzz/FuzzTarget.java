package dev.ballast.fuzz;

/** What Jazzer calls; the property {@value #READER} says which reader it is to try. */
public final class FuzzTarget {
  static final String READER = "ballast.fuzz.reader";

  private static final Reader TRIED = Reader.valueOf(System.getProperty(READER));

  private FuzzTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    TRIED.read(input);
  }
}
