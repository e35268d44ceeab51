package dev.ballast.openblas;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * What was loaded, and what it cost.
 *
 * @param path the library's file; for a system library whose file is not known, the name asked for
 * @param origin who proposed it
 * @param version such as {@code 0.3.31}
 * @param config OpenBLAS's own description of how it was built
 * @param coreName the processor whose kernels OpenBLAS chose
 * @param threads threads OpenBLAS itself uses; 1, because Ballast cuts the work up
 * @param maxCallers how many threads may be inside OpenBLAS at once; further ones wait
 * @param residentBytesAtLoad by how much loading grew the process's resident memory, where known
 * @param loadNanos how long finding, checking and loading took
 * @param attempts every library tried, the successful one last
 */
public record LoadReport(
    Path path,
    Origin origin,
    String version,
    String config,
    String coreName,
    int threads,
    int maxCallers,
    OptionalLong residentBytesAtLoad,
    long loadNanos,
    List<Attempt> attempts) {

  public LoadReport {
    attempts = List.copyOf(attempts);
  }
}
