package dev.ballast.cli.definition;

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

class OverridesTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file =
        Files.writeString(
            folder.resolve("m.toml"),
            """
            name = "m"
            input = [4]
            loss = "cross_entropy"
            batch = 16
            epochs = 3
            [data]
            kind = "idx"
            folder = "."
            train_images = "a"
            train_labels = "b"
            test_images = "c"
            test_labels = "d"
            [optimizer]
            kind = "sgd"
            learning_rate = 0.05
            [[layer]]
            kind = "linear"
            out = 2
            """);
  }

  private Definition read(String... settings) throws IOException {
    return DefinitionReader.read(file, Overrides.of(List.of(settings)));
  }

  @Test
  void aSettingTakesTheKeysPlace() throws IOException {
    Definition d = read("batch=8", "lr=1e-3", "optimizer.momentum = 0.9", "optimizer.kind=sgd");
    assertEquals(8, d.options().batch());
    assertEquals(1e-3, d.options().optimizer().learningRate());
    assertTrue(d.options().optimizer().toString().contains("0.9"));
    assertTrue(d.text().startsWith("# set: batch = 8\n# set: optimizer.learning_rate = 1e-3\n"));
  }

  private void refused(String expected, String... settings) {
    IOException e = assertThrows(DefinitionException.class, () -> read(settings));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }

  @Test
  void aSettingIsCheckedAsTheFileIs() {
    refused("m.toml: batch: must be at least 1", "batch=0");
    refused("m.toml: batch: must be a whole number, not many", "batch=many");
    refused("there is no key 'batches' to be set", "batches=3");
    refused("there is no key 'optimizer.beta1' to be set", "optimizer.beta1=0.5");
  }

  @Test
  void aSettingHasAKeyAndAValueOnce() {
    assertThrows(IllegalArgumentException.class, () -> read("batch"));
    assertThrows(IllegalArgumentException.class, () -> read("lr=1", "optimizer.learning_rate=1"));
  }
}
