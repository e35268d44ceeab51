package dev.ballast.cli.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NestedLayersTest {
  private static final String NESTED =
      """
      name = "nested"
      input = [5]
      loss = "cross_entropy"
      batch = 2
      epochs = 1
      [data]
      kind = "text"
      folder = "."
      file = "t.txt"
      [optimizer]
      kind = "sgd"
      learning_rate = 0.1

      [[layer]]
      kind = "sequence"
      [[layer.layer]]
      kind = "embedding"
      vocabulary = 7
      width = 4

      [[layer]]
      kind = "sequence"
      name = "h"
      repeat = 2
      [[layer.layer]]
      kind = "residual"
      [[layer.layer.layer]]
      kind = "linear"
      out = 8
      [[layer.layer.layer]]
      kind = "relu"
      [[layer.layer.layer]]
      kind = "linear"
      out = 4
      bias = false

      [[layer]]
      kind = "residual"
      [[layer.layer]]
      kind = "linear"
      out = 4

      [[layer]]
      kind = "sequence"
      name = "head"
      [[layer.layer]]
      kind = "linear"
      name = "fc"
      out = 7
      """;

  @TempDir Path folder;

  private Definition read(String text) throws IOException {
    return DefinitionReader.read(Files.writeString(folder.resolve("n.toml"), text));
  }

  @Test
  void layersInLayersCarryTheirNamesAsPyTorchsModulesDo() throws IOException {
    Definition d = read(NESTED);
    assertEquals(DType.I32, d.model().input());
    var graph = d.model().inference(3);
    assertEquals("[i32[3x5]]", graph.inputs().stream().map(i -> i.type().toString()).toList() + "");
    assertEquals("f32[3x5x7]", graph.outputs().get("y").type().toString());
    assertEquals(
        List.of(
            "embedding2.weight f32[7x4]",
            "h.0.linear2.weight f32[8x4]",
            "h.0.linear2.bias f32[8]",
            "h.0.linear4.weight f32[4x8]",
            "h.1.linear2.weight f32[8x4]",
            "h.1.linear2.bias f32[8]",
            "h.1.linear4.weight f32[4x8]",
            "linear5.weight f32[4x4]",
            "linear5.bias f32[4]",
            "head.fc.weight f32[7x4]",
            "head.fc.bias f32[7]"),
        graph.parameters().stream().map(p -> p.name() + " " + p.type()).toList());
  }

  @Test
  void withoutAnEmbeddingANetworkTakesFloats() throws IOException {
    int first = NESTED.indexOf("[[layer]]");
    String floats = NESTED.substring(0, first) + "[[layer]]\nkind = \"relu\"\n";
    assertEquals(DType.F32, read(floats).model().input());
  }

  /** What is replaced, by what, and the complaint behind the file's name. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          out = 4\\nbias | out = 5\\nbias | 27:1: layer.layer.layer: the layers make [5x5] of [5x4], which can't be added: a residual's last layer leaves the shape that its first gets
          out = 8 | size = 8 | 27:1: layer.layer.layer.out: is missing: a whole number is needed
          out = 8 | out = 8\\nsize = 8 | 30:1: layer.layer.layer.size: there is no such key here, only [kind, name, tied, out, init, bias]
          name = "h"\\nrepeat = 2 | repeat = 2 | 21:1: layer.name: is missing: a string is needed
          name = "h" | name = "head" | 45:1: layer.name: another layer is named 'head'
          repeat = 2 | repeat = 0 | 24:1: layer.repeat: must be at least 1 and fit 32 bits, not 0
          kind = "relu" | kind = "embedding" | 31:1: layer.layer.layer.kind: takes whole numbers, and so can only be the first layer of all
          width = 4 | width = 4\\ndeviation = -1 | 20:1: layer.layer.deviation: must be a finite number, at least 0, not -1.0
          name = "head"\\n[[layer.layer]] | name = "head"\\n[[layer.part]] | 43:1: layer.layer: is missing: an array of tables, written [[layer.layer]] is needed
          """)
  void aMistakeIsToldWithItsPlace(String original, String replacement, String complaint) {
    String old = original.replace("\\n", "\n");
    assertTrue(NESTED.contains(old), old);
    String text = NESTED.replace(old, replacement.replace("\\n", "\n"));
    DefinitionException e = assertThrows(DefinitionException.class, () -> read(text));
    String file = folder.resolve("n.toml") + ":";
    assertTrue(e.getMessage().startsWith(file), e.getMessage());
    assertEquals(complaint, e.getMessage().substring(file.length()));
  }
}
