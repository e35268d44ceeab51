package dev.ballast.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Value;
import dev.ballast.op.OpRegistry;
import dev.ballast.plan.Place;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.ModelFormatException;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFileTest {
  @TempDir Path folder;

  private Path file() {
    return folder.resolve("model.ballast");
  }

  @Test
  void aGraphReadBackIsTheSame() throws IOException {
    for (Graph graph : List.of(Samples.line(), Samples.training())) {
      try (ModelFile m = ModelFile.open(Samples.write(file(), graph))) {
        assertEquals(graph.toString(), m.graph().toString());
        assertEquals(graph.name(), m.graph().name());
        assertEquals(graph.values(), m.graph().values());
        assertEquals(graph.nodes(), m.graph().nodes());
        assertEquals(
            List.copyOf(graph.outputs().entrySet()), List.copyOf(m.graph().outputs().entrySet()));
        assertEquals(
            List.copyOf(graph.updates().entrySet()), List.copyOf(m.graph().updates().entrySet()));
      }
    }
  }

  @Test
  void weightsReadBackAreTheSameBits() throws IOException {
    Graph graph = Samples.training();
    try (Arena arena = Arena.ofConfined();
        ModelFile m = ModelFile.open(Samples.write(file(), graph))) {
      MemorySegment expected = Samples.weights(graph, arena, (byte) 0);
      assertEquals(-1, expected.mismatch(m.weights()));
      assertEquals(expected.byteSize(), m.weights().byteSize());
    }
  }

  @Test
  void weightsLieAsThePlannerPlacesThem() throws IOException {
    Graph graph = Samples.training();
    Plan plan = Planner.plan(graph, PlanOptions.defaults());
    try (ModelFile m = ModelFile.open(Samples.write(file(), graph))) {
      assertEquals(plan.bytes(Region.WEIGHTS), m.weights().byteSize());
      for (Value.Parameter p : graph.parameters()) {
        Place place = plan.place(p);
        long offset = place.buffer().offset() + place.byteOffset();
        assertEquals(m.weights().address() + offset, m.weights(p.name()).address(), p.name());
        assertEquals(p.type().bytes(), m.weights(p.name()).byteSize(), p.name());
      }
    }
  }

  @Test
  void weightsAreReadOnlyAndAligned() throws IOException {
    Samples.write(file(), Samples.training());
    for (boolean map : new boolean[] {true, false}) {
      ReadOptions options = ReadOptions.defaults().withMapWeights(map);
      try (ModelFile m = ModelFile.open(file(), options)) {
        assertTrue(m.weights().isReadOnly());
        assertEquals(map, m.weights().isMapped());
        assertEquals(0, m.weights().address() % 4096);
      }
    }
  }

  @Test
  void theSectionOfWeightsStartsAtAPage() throws IOException {
    try (ModelFile m = ModelFile.open(Samples.write(file(), Samples.training()))) {
      assertEquals(
          List.of("GRPH", "META", "WGHT"), m.sections().stream().map(Section::kind).toList());
      assertEquals(0, m.sections().getLast().offset() % 4096);
      assertEquals(Files.size(file()), m.sections().getLast().end());
    }
  }

  @Test
  void metadataKeepsItsOrderAndItsTexts() throws IOException {
    String[] entries = {"seed", "42", "definition", "[[layer]]\nunits = 3\n", "ä", "", "", "🚢"};
    try (ModelFile m = ModelFile.open(Samples.write(file(), Samples.line(), entries))) {
      assertEquals(
          List.copyOf(Samples.metadata(entries).entrySet()), List.copyOf(m.metadata().entrySet()));
      assertThrows(UnsupportedOperationException.class, () -> m.metadata().put("a", "b"));
    }
  }

  @Test
  void theSameModelIsTheSameFile() throws IOException {
    Graph graph = Samples.training();
    byte[] first = Samples.bytes(folder, graph, "seed", "42");
    try (ModelFile m = ModelFile.open(folder.resolve("sample.ballast"))) {
      ModelFile.write(file(), m.graph(), m.weights(), m.metadata());
    }
    assertArrayEquals(first, Files.readAllBytes(file()));
    assertArrayEquals(first, Forgery.assemble(Forgery.parts(first)));
  }

  @Test
  void whatLiesBetweenParametersIsNotSaved() throws IOException {
    Graph graph = Samples.training();
    byte[] clean = Samples.bytes(folder, graph);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment weights = Samples.weights(graph, arena, (byte) 0x55);
      ModelFile.write(file(), graph, weights, Samples.metadata());
    }
    assertArrayEquals(clean, Files.readAllBytes(file()));
  }

  @Test
  void weightsMayComeFromTheHeapAndSpanManyChunks() throws IOException {
    GraphBuilder b = new GraphBuilder("large");
    b.parameter("w", TensorType.f32(300_001));
    b.parameter("v", TensorType.f32(100_003));
    Graph graph = b.build();
    byte[] bytes = new byte[(int) Layout.weightsBytes(graph)];
    MemorySegment weights = MemorySegment.ofArray(bytes);
    for (int i = 0; i < 300_001; i++) {
      weights.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, i * 0.1f);
    }
    ModelFile.write(file(), graph, weights, Samples.metadata());
    for (boolean map : new boolean[] {true, false}) {
      ReadOptions options = ReadOptions.defaults().withMapWeights(map);
      try (ModelFile m = ModelFile.open(file(), options)) {
        assertEquals(-1, weights.mismatch(m.weights()));
      }
    }
  }

  @Test
  void aGraphWithoutParametersHasNoWeights() throws IOException {
    GraphBuilder b = new GraphBuilder("");
    b.output("x", b.input("x", TensorType.of(DType.I32)));
    Samples.write(file(), b.build());
    for (boolean map : new boolean[] {true, false}) {
      ReadOptions options = ReadOptions.defaults().withMapWeights(map);
      try (ModelFile m = ModelFile.open(file(), options)) {
        assertEquals(0, m.weights().byteSize());
        assertEquals(b.build().toString(), m.graph().toString());
      }
    }
  }

  @Test
  void theWeightsChecksumIsOfTheWeightsAlone() throws Exception {
    Graph graph = Samples.training();
    byte[] bytes = Samples.bytes(folder, graph, "date", "today");
    byte[] sha = MessageDigest.getInstance("SHA-256").digest(Forgery.part(bytes, "WGHT").content());
    Samples.write(file(), graph, "date", "tomorrow");
    try (ModelFile m = ModelFile.open(file())) {
      assertEquals(HexFormat.of().formatHex(sha), m.weightsChecksum());
    }
  }

  @Test
  void usersOwnOpsAreReadByARegistryThatKnowsThem() throws IOException {
    Graph graph = Samples.marked();
    Samples.write(file(), graph);
    ReadOptions options = ReadOptions.defaults().withOp(Samples.Marker.class);
    try (ModelFile m = ModelFile.open(file(), options)) {
      assertEquals(Samples.Marker.USUAL, m.graph().nodes().getFirst().op());
      assertEquals(graph.toString(), m.graph().toString());
    }
    OpRegistry registry = OpRegistry.builtIn().with(Samples.Marker.class);
    assertEquals(registry.ops(), options.ops().ops());
  }

  @Test
  void anUnknownOpIsRefusedWithAWordOnHowToRegisterIt() throws IOException {
    Samples.write(file(), Samples.marked());
    var e = assertThrows(ModelFormatException.class, () -> ModelFile.open(file()));
    String start = file() + ": at byte " + e.offset() + ": ";
    assertEquals(
        start
            + "expected a known op, found 'test_marker': if it is your own, register it with"
            + " ModelFile.open(file, ReadOptions.defaults().withOp(YourOp.class)); if not, a newer"
            + " version of Ballast may know it",
        e.getMessage());
    assertEquals(file(), e.file());
  }

  @Test
  void aNanIsWrittenInOneWay() throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (long bits : new long[] {0x7FF8_0000_0000_0000L, 0xFFF0_0000_0000_0001L}) {
      GraphBuilder b = new GraphBuilder("nan");
      double nan = Double.longBitsToDouble(bits);
      b.output(
          "y",
          b.apply(
              new Samples.Marker(0, 0, nan, false, "", DType.F32, List.of()),
              b.input("x", TensorType.f32())));
      files.add(Samples.bytes(folder, b.build()));
    }
    assertArrayEquals(files.getFirst(), files.getLast());
  }

  @Test
  void weightsOfAnotherSizeAreNotWritten() throws IOException {
    Graph graph = Samples.line();
    try (Arena arena = Arena.ofConfined()) {
      var e =
          assertThrows(
              IllegalArgumentException.class,
              () -> ModelFile.write(file(), graph, arena.allocate(8), Samples.metadata()));
      assertEquals(
          "weights of 8 bytes given, the parameters of graph 'line' take 64", e.getMessage());
    }
    assertTrue(Files.notExists(file()));
  }

  @Test
  void textThatIsNoUnicodeIsNotWritten() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Samples.write(file(), Samples.line(), "key", "\uD83D"));
    assertTrue(e.getMessage().startsWith("the metadata: not a Unicode text"), e.getMessage());
  }

  @Test
  void weightsOfAClosedFileCanNotBeReached() throws IOException {
    ModelFile m = ModelFile.open(Samples.write(file(), Samples.line()));
    MemorySegment weights = m.weights();
    m.close();
    m.close();
    var e = assertThrows(IllegalStateException.class, m::weights);
    assertEquals("model file " + file() + " is closed", e.getMessage());
    assertThrows(IllegalStateException.class, () -> weights.get(ValueLayout.JAVA_BYTE, 0));
    assertThrows(IllegalStateException.class, m::weightsChecksum);
    assertDoesNotThrow(() -> m.graph().toString());
  }

  @Test
  void aParameterThatIsNotThereIsNamedWithThoseThatAre() throws IOException {
    try (ModelFile m = ModelFile.open(Samples.write(file(), Samples.line()))) {
      var e = assertThrows(IllegalArgumentException.class, () -> m.weights("v"));
      assertEquals(file() + " has no parameter 'v', only [w]", e.getMessage());
    }
  }

  @Test
  void damagedWeightsAreAcceptedOnlyWhereTheyAreNotVerified() throws IOException {
    byte[] bytes = Samples.bytes(folder, Samples.line());
    bytes[4097] ^= 1;
    Files.write(file(), bytes);
    for (boolean map : new boolean[] {true, false}) {
      ReadOptions checking = ReadOptions.defaults().withMapWeights(map);
      assertThrows(ModelFormatException.class, () -> ModelFile.open(file(), checking));
      try (ModelFile m = ModelFile.open(file(), checking.withVerifyWeights(false))) {
        assertEquals(bytes[4097], m.weights().get(ValueLayout.JAVA_BYTE, 1));
      }
    }
  }

  @Test
  void aModelKeepsItsWeightsWhenItsFileIsReplaced() throws IOException {
    try (ModelFile m = ModelFile.open(Samples.write(file(), Samples.line()))) {
      String before = m.weightsChecksum();
      Samples.write(file(), Samples.training());
      assertEquals(before, m.weightsChecksum());
    }
  }

  @Test
  void copiedWeightsOutliveWhatHappensToTheFile() throws IOException {
    Samples.write(file(), Samples.line());
    try (ModelFile m = ModelFile.open(file(), ReadOptions.defaults().withMapWeights(false))) {
      String before = m.weightsChecksum();
      Files.write(file(), new byte[0]);
      assertEquals(before, m.weightsChecksum());
    }
  }

  @Test
  void whatIsNoFileIsNoModel() {
    assertThrows(NoSuchFileException.class, () -> ModelFile.open(file()));
    var e = assertThrows(IOException.class, () -> ModelFile.open(folder));
    assertEquals(folder + ": is no regular file", e.getMessage());
  }

  @Test
  void whereFilesCanNotBeMappedWeightsCanBeCopied() throws IOException {
    Samples.write(file(), Samples.line());
    Path archive = folder.resolve("models.zip");
    try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
      Path inside = Files.copy(file(), zip.getPath("model.ballast"));
      var e = assertThrows(IOException.class, () -> ModelFile.open(inside));
      assertEquals(
          "model.ballast: its file system maps no files: use ReadOptions.withMapWeights(false)",
          e.getMessage());
      ReadOptions copying = ReadOptions.defaults().withMapWeights(false);
      try (ModelFile m = ModelFile.open(inside, copying)) {
        assertEquals(Samples.line().toString(), m.graph().toString());
      }
    }
  }
}
