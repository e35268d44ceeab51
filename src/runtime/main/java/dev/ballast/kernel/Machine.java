package dev.ballast.kernel;

import dev.ballast.openblas.LoadReport;
import dev.ballast.openblas.NativeLibraryException;
import dev.ballast.openblas.OpenBlas;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * What the last bits of a result depend on beside the graph: sums are added up in the order that
 * suits vectors, tiles and library, and each order rounds in its own way.
 */
public final class Machine {
  /** Bytes of a digest that tell tables apart. */
  private static final int DIGEST = 8;

  private Machine() {}

  /** By name, for people. Where two machines agree in all, a graph gives the same bits on both. */
  public static SequencedMap<String, String> facts() {
    SequencedMap<String, String> facts = new LinkedHashMap<>();
    facts.put("processor", Cpu.name());
    facts.put("table of products", digest(ProductTable.inUse().toString()));
    facts.put("OpenBLAS", openBlas());
    return facts;
  }

  private static String openBlas() {
    try {
      LoadReport report = OpenBlas.report();
      return report.version() + " for " + report.coreName();
    } catch (NativeLibraryException e) {
      return "none";
    }
  }

  private static String digest(String text) {
    try {
      byte[] all =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(all, 0, DIGEST);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
