package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.cli.definition.TableSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of results in {@code models/README.md}, and the program that keeps it. */
class ResultsTest {
  private static final Path MODELS = Child.root().resolve("models");

  @TempDir Path folder;

  private static Child results(Path root, String word) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes = System.getProperty("java.class.path");
    String program = MODELS.resolve("Results.java").toString();
    return Child.run(root, List.of(java, "-cp", classes, program, word));
  }

  /** Definitions, records and page, to be changed. */
  private Path copy() throws IOException {
    Path models = Files.createDirectory(folder.resolve("models"));
    try (Stream<Path> files = Files.list(MODELS)) {
      for (Path f : files.filter(f -> f.toString().matches(".*\\.(toml|json|md)")).toList()) {
        Files.copy(f, models.resolve(f.getFileName()));
      }
    }
    return models;
  }

  private static void edit(Path file, String original, String replacement) throws IOException {
    String text = Files.readString(file);
    assertTrue(text.contains(original), original);
    Files.writeString(file, text.replace(original, replacement));
  }

  @Test
  void theTableIsWhatTheRecordsSayAndEachDefinitionHasARow() throws Exception {
    results(Child.root(), "check").succeeded();
  }

  /** Each has what it says; a table here becomes as many numbers as its definition's input. */
  @Test
  void theDefinitionsFitTheDataThatAreHere() throws IOException {
    int tables = 0;
    try (Stream<Path> files = Files.list(MODELS)) {
      for (Path f : files.filter(f -> f.toString().endsWith(".toml")).toList()) {
        Definition d = DefinitionReader.read(f);
        assertEquals(f.getFileName().toString(), d.model().name() + ".toml");
        if (d.data() instanceof TableSource) {
          d.fitted(remark -> fail(f + ": " + remark));
          tables++;
        } else if (d.origin().isEmpty()) {
          assertTrue(Files.exists(d.data().folder()), f + " says not where its data come from");
        }
      }
    }
    assertTrue(tables >= 3, "tables: " + tables);
  }

  @Test
  void whatDiffersIsToldWithTheCommandThatMendsIt() throws Exception {
    Path models = copy();
    edit(models.resolve("wine-mlp.toml"), "learning_rate = 0.005", "learning_rate = 0.006");
    edit(models.resolve("wine-alcohol.toml"), "# How much", "# Just how much");
    edit(models.resolve("README.md"), "train models/wine-mlp.toml` | 13-16-3", "` | 13-15-3");
    Files.move(models.resolve("cat-dog.toml"), models.resolve("dog-cat.toml"));
    Child c = results(folder, "check");
    assertEquals(1, c.status(), c.output());
    assertEquals(
        """
        models/dog-cat.toml has no row: models/results.sh dog-cat
        models/wine-mlp.toml has changed since its row was made: models/results.sh wine-mlp
        models/results.json: there is no models/cat-dog.toml
        models/README.md: its table is not what the records say: models/results.sh table
        """,
        c.output());
  }

  @Test
  void theTableIsWrittenFromTheRecords() throws Exception {
    Path models = copy();
    String page = Files.readString(models.resolve("README.md"));
    edit(models.resolve("README.md"), "| 13-16-3", "| 13-15-3");
    results(folder, "table").succeeded();
    assertEquals(page, Files.readString(models.resolve("README.md")));
  }

  @Test
  void dataAndModelsThatAreNotThereAreNamed() throws Exception {
    Path models = copy();
    String records = Files.readString(models.resolve("results.json"));
    Child c = results(folder, "cat-dog").succeeded();
    assertTrue(
        c.output().contains("cat-dog: its row stays as it is: models/cats-dogs is not there"),
        c.output());
    assertEquals(records, Files.readString(models.resolve("results.json")));
    Child none = results(folder, "mnist");
    assertEquals(1, none.status());
    assertTrue(none.output().contains("there is no models/mnist.toml, only ["), none.output());
  }
}
