package dev.ballast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sections of one page, written one by one. */
class ResultsFileTest {
  @TempDir private Path folder;
  private Path file;
  private ResultsFile page;

  @BeforeEach
  void open() {
    file = folder.resolve("RESULTS.md");
    page = new ResultsFile(file);
  }

  @Test
  void aNewPageHasAHeadingAndTheSection() throws IOException {
    page.write("peers", "## Peers\n\ntext\n\n");
    String text = Files.readString(file);
    assertTrue(text.startsWith("# Results\n\n"), text);
    assertTrue(
        text.endsWith("only.\n\n<!-- begin peers -->\n## Peers\n\ntext\n<!-- end peers -->\n"),
        text);
  }

  @Test
  void aSectionIsReplacedWhereItStandsAndAllElseStays() throws IOException {
    Files.writeString(
        file,
        """
        # By hand

        <!-- begin a -->
        old, and long
        <!-- end a -->

        between
        <!-- begin b -->
        b
        <!-- end b -->
        """);
    page.write("a", "new $1 \\ as it stands");
    page.write("c", "last");
    assertEquals(
        """
        # By hand

        <!-- begin a -->
        new $1 \\ as it stands
        <!-- end a -->

        between
        <!-- begin b -->
        b
        <!-- end b -->

        <!-- begin c -->
        last
        <!-- end c -->
        """,
        Files.readString(file));
  }

  @Test
  void writtenTwiceItIsTheSamePage() throws IOException {
    page.write("a", "one");
    page.write("b", "two");
    String before = Files.readString(file);
    page.write("a", "one");
    assertEquals(before, Files.readString(file));
  }

  @Test
  void aSectionWithoutAnEndIsNamedWithItsLineAndNothingIsLost() throws IOException {
    String broken = "# Page\n\n<!-- begin a -->\nb\n";
    Files.writeString(file, broken);
    String said = assertThrows(IOException.class, () -> page.write("a", "x")).getMessage();
    assertTrue(said.contains(file + ": line 3: section 'a' needs a line"), said);
    assertEquals(broken, Files.readString(file));
  }

  @Test
  void aPictureLiesBesideThePage() throws IOException {
    assertEquals("![what](results/p-1.svg)\n", page.picture("p-1", "what", "<svg/>"));
    assertEquals("<svg/>", Files.readString(folder.resolve("results").resolve("p-1.svg")));
  }

  @Test
  void namesArePlain() {
    for (String name : List.of("", "A", "a b", "../a", "a -->")) {
      assertThrows(IllegalArgumentException.class, () -> page.write(name, "x"));
      assertThrows(IllegalArgumentException.class, () -> page.picture(name, "x", "<svg/>"));
    }
  }
}
