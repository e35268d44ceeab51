package dev.ballast.cli.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenLayersTest {
  private static final String TINY =
      """
      name = "tiny"
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
      kind = "embedding"
      name = "wte"
      vocabulary = 50
      width = 64
      deviation = 0.5
      [[layer]]
      kind = "positions"
      name = "wpe"
      deviation = 0.25
      [[layer]]
      kind = "layer_norm"
      name = "ln"
      epsilon = 1e-6
      [[layer]]
      kind = "attention"
      name = "attn"
      heads = 4
      causal = true
      dropout = 0.1
      deviation = 0.02
      out_deviation = 0.01
      [[layer]]
      kind = "linear"
      out = 64
      init = "normal"
      deviation = 0.125
      [[layer]]
      kind = "linear"
      name = "head"
      tied = "wte"
      """;

  @TempDir Path folder;

  private Definition read(String text) throws IOException {
    return DefinitionReader.read(Files.writeString(folder.resolve("t.toml"), text));
  }

  @Test
  void theirParametersAreNamedShapedAndStartedAsTheDefinitionSays() throws IOException {
    Definition d = read(TINY);
    var graph = d.model().inference(3);
    assertEquals(
        List.of(
            "wte.weight f32[50x64]",
            "wpe.weight f32[5x64]",
            "ln.weight f32[64]",
            "ln.bias f32[64]",
            "attn.in_proj_weight f32[192x64]",
            "attn.in_proj_bias f32[192]",
            "attn.out_proj.weight f32[64x64]",
            "attn.out_proj.bias f32[64]",
            "linear5.weight f32[64x64]",
            "linear5.bias f32[64]"),
        graph.parameters().stream().map(p -> p.name() + " " + p.type()).toList());
    assertEquals("f32[3x5x50]", graph.outputs().get("y").type().toString());
    Map<String, Double> deviations =
        Map.of(
            "wte.weight", 0.5,
            "wpe.weight", 0.25,
            "attn.in_proj_weight", 0.02,
            "attn.out_proj.weight", 0.01,
            "linear5.weight", 0.125);
    try (Session s = Session.open(Planner.plan(graph, PlanOptions.defaults()))) {
      d.model().initialize(1, s::parameter);
      deviations.forEach(
          (name, deviation) -> {
            double[] w = s.parameter(name).toDoubles();
            double found = Math.sqrt(DoubleStream.of(w).map(v -> v * v).average().orElseThrow());
            assertEquals(deviation, found, 0.15 * deviation, name);
          });
    }
  }

  /** What is replaced, by what, and the complaint behind the file's name. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          tied = "wte" | tied = "wpe" | 43:1: layer.tied: no embedding before is named 'wpe', only [wte]
          out = 64 | tied = "head" | 37:1: layer.tied: no embedding before is named 'head', only [wte]
          out = 64 | out = 32 | 43:1: layer.tied: 'wte' has a width of 64, the layer gets [5x32]
          tied = "wte" | tied = "wte"\\nbias = true | 44:1: layer.bias: a tied layer has no parameter of its own
          tied = "wte" | tied = "wte"\\nout = 49 | 44:1: layer.out: 'wte' has 50 rows, and as many outputs
          heads = 4 | heads = 5 | 30:1: layer.heads: a width of 64 does not fall into 5 heads
          dropout = 0.1 | dropout = 1 | 32:1: layer.dropout: must be in [0, 1), not 1.0
          epsilon = 1e-6 | epsilon = 0 | 26:1: layer.epsilon: must be above 0, not 0.0
          deviation = 0.25 | deviation = nan | 22:1: layer.deviation: must be a finite number, at least 0, not NaN
          init = "normal" | init = "torch" | 39:1: layer.deviation: there is no such key here, only [kind, name, tied, out, init, bias]
          [5]\\n | [5, 5]\\n | 2:1: input: a text needs the characters of an example, as [64]
          """)
  void aMistakeIsToldWithItsPlace(String original, String replacement, String complaint) {
    String old = original.replace("\\n", "\n");
    assertTrue(TINY.contains(old), old);
    String text = TINY.replace(old, replacement.replace("\\n", "\n"));
    DefinitionException e = assertThrows(DefinitionException.class, () -> read(text));
    String file = folder.resolve("t.toml") + ":";
    assertTrue(e.getMessage().startsWith(file), e.getMessage());
    assertEquals(complaint, e.getMessage().substring(file.length()));
  }

  @Test
  void attentionAndPositionsNeedSequencesOfVectors() {
    int first = TINY.indexOf("[[layer]]");
    for (String kind : List.of("attention", "positions")) {
      String text = TINY.substring(0, first) + "[[layer]]\nkind = \"" + kind + "\"\n";
      DefinitionException e = assertThrows(DefinitionException.class, () -> read(text));
      String complaint = "needs sequences of vectors [length, width], as an embedding makes them";
      assertTrue(e.getMessage().contains(":14:1: layer.kind: " + complaint), e.getMessage());
    }
  }

  @Test
  void aTextOfMoreCharactersThanTheNetworkKnowsIsRefused() throws IOException {
    StringBuilder text = new StringBuilder();
    for (char c = 'A'; c < 'A' + 51; c++) {
      text.append(c);
    }
    Files.writeString(folder.resolve("t.txt"), text);
    Definition d = read(TINY);
    String complaint = assertThrows(IOException.class, () -> d.fitted(_ -> {})).getMessage();
    assertTrue(
        complaint.endsWith(
            "t.txt: has 51 different characters; the network's embedding has 50 rows and its last"
                + " layer 50 outputs, and both need one for each"),
        complaint);
  }
}
