package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.kernel.ProductTable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuneCommandTest {
  @TempDir private Path folder;

  private record Run(int status, String out, String err) {}

  private static Run run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status = Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
    return new Run(status, out.toString(), err.toString());
  }

  @Test
  void aFolderIsNoPlaceForATable() {
    Run r = run("tune", "--out", folder.toString());
    assertEquals(Main.FAILED, r.status());
    assertEquals(
        "ballast tune: " + folder.toAbsolutePath() + " is a folder; name a file with --out\n",
        r.err());
  }

  @Test
  @Tag("soak")
  void theTableIsWrittenWholeAndCanBeRead() throws Exception {
    Path file = folder.resolve("new").resolve("products.txt");
    Run r = run("tune", "--out", file.toString(), "--json");
    assertEquals(0, r.status(), r.err());
    assertTrue(r.out().contains("\"shapes\" : 700"), r.out());
    assertEquals(700, ProductTable.read(file).toString().lines().count());
    try (Stream<Path> left = Files.list(file.getParent())) {
      assertEquals(1, left.count(), "nothing but the table");
    }
  }
}
