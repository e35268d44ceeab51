package dev.ballast.cli;

import dev.ballast.kernel.ProductTable;
import dev.ballast.kernel.ProductTuner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the kernels of matrix products on this machine and keeps the table for later runs. */
@Command(
    name = "tune",
    mixinStandardHelpOptions = true,
    description = {
      "Measures on this machine which kernel computes which matrix product fastest, and keeps the",
      "table for all later runs on this kind of processor. Takes about a minute; the machine"
          + " should",
      "be idle. Results of later runs may differ in their last bits from those of earlier ones."
    },
    footer = {
      "",
      "Example:  ballast tune",
      "          java -Dballast.products=FILE … uses a table by name"
    })
final class TuneCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the table here, and not where later runs find it by themselves.")
  private Optional<Path> out = Optional.empty();

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    Path file = out.orElseGet(ProductTable::tuned).toAbsolutePath();
    if (Files.isDirectory(file)) {
      throw new IOException(file + " is a folder; name a file with --out");
    }
    Files.createDirectories(file.getParent());
    long start = System.nanoTime();
    ProductTable table =
        ProductTuner.measure(
            (done, all) -> {
              if (done % 500 == 0) {
                err.println("tune: " + done + " of " + all + " measured");
              }
            });
    Path beside = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".part");
    Files.writeString(beside, "# " + Version.text() + ": the fastest kernels first\n" + table);
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Report r = new Report();
    r.put("table", file.toString());
    r.put("shapes", table.toString().lines().count());
    r.put("seconds", (System.nanoTime() - start) / 1_000_000 / 1e3);
    r.print(spec.commandLine().getOut(), format);
    return 0;
  }
}
