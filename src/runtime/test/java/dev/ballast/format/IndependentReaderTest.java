package dev.ballast.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.op.OpRegistry;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reader in another language, written from FORMAT.md, reads what is written here. */
class IndependentReaderTest {
  @TempDir Path folder;

  private record Run(int status, String output, String errors) {}

  @BeforeEach
  void demandPython() throws Exception {
    boolean found;
    try {
      found = new ProcessBuilder("python3", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      found = false;
    }
    String complaint = "python3 is not there, so the independent reader did not run";
    if (!found && "true".equals(System.getenv("CI"))) {
      fail(complaint);
    }
    Assumptions.assumeTrue(found, complaint);
  }

  private Run read(Path... files) throws IOException, InterruptedException {
    Path module = Path.of(System.getProperty("basedir", ""));
    List<String> command = new ArrayList<>(List.of("python3"));
    command.add(module.resolve("test/python/read_ballast.py").toString());
    for (Path f : files) {
      command.add(f.toString());
    }
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process p =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    int status = p.waitFor();
    return new Run(status, Files.readString(out), Files.readString(err));
  }

  @Test
  void itReadsWhatWasWritten() throws Exception {
    List<Graph> graphs = List.of(Samples.line(), Samples.training(), Samples.marked());
    List<Path> files = new ArrayList<>();
    StringBuilder expected = new StringBuilder();
    ReadOptions options = ReadOptions.defaults().withOp(Samples.Marker.class);
    for (Graph g : graphs) {
      Path file = folder.resolve(files.size() + ".ballast");
      files.add(Samples.write(file, g, "seed", "42", "über", "früh"));
      try (ModelFile m = ModelFile.open(file, options)) {
        expected.append(describe(m));
      }
    }
    Run run = read(files.toArray(Path[]::new));
    assertEquals("", run.errors());
    assertEquals(expected.toString(), run.output());
    assertEquals(0, run.status());
  }

  @Test
  void itReadsCheckpoints() throws Exception {
    Path file = folder.resolve("checkpoint.ballast");
    StringBuilder expected = new StringBuilder();
    try (Arena arena = Arena.ofConfined()) {
      CheckpointTest.Checkpoints.write(file, arena);
      try (ModelFile m = ModelFile.open(file)) {
        expected.append(describe(m));
      }
      Checkpoint c = Checkpoint.read(file, arena);
      c.progress().forEach((k, v) -> expected.append("progress %s=%s\n".formatted(k, v)));
      for (SavedState s : c.states()) {
        expected.append("state %s %s %s\n".formatted(s.name(), s.type(), sha256(s.elements())));
      }
      expected.append(
          "best w f32[2x1] %s\n".formatted(sha256(c.bestWeights().get().asSlice(0, 8))));
    }
    Run run = read(file);
    assertEquals("", run.errors());
    assertEquals(expected.toString(), run.output());
  }

  private static String sha256(MemorySegment m) throws NoSuchAlgorithmException {
    byte[] sha = MessageDigest.getInstance("SHA-256").digest(m.toArray(ValueLayout.JAVA_BYTE));
    return HexFormat.of().formatHex(sha);
  }

  @Test
  void itRefusesWhatIsDamaged() throws Exception {
    byte[] intact = Samples.bytes(folder, Samples.line(), "seed", "42");
    int[] places = {0, 9, 20, 30, 40, 100, 130, 200, 400, 3000, 4097, 4150};
    List<Path> files = new ArrayList<>();
    for (int at : places) {
      byte[] bytes = intact.clone();
      bytes[at] ^= 4;
      files.add(Files.write(folder.resolve(at + ".ballast"), bytes));
    }
    Run run = read(files.toArray(Path[]::new));
    assertEquals(1, run.status());
    assertEquals("", run.output());
    List<String> errors = run.errors().lines().toList();
    assertEquals(places.length, errors.size(), run.errors());
    for (int i = 0; i < places.length; i++) {
      assertTrue(errors.get(i).startsWith(files.get(i) + ": at byte "), errors.get(i));
    }
  }

  /** The lines that the other reader prints. */
  private static String describe(ModelFile m) throws NoSuchAlgorithmException {
    Graph g = m.graph();
    StringBuilder s = new StringBuilder("graph ").append(g.name()).append('\n');
    for (Value v : g.values()) {
      String kind = v.getClass().getSimpleName().toLowerCase(Locale.ROOT);
      s.append("value %d %s %s %s".formatted(v.id(), kind, v.name(), v.type()));
      if (v instanceof Value.Constant c) {
        s.append(' ').append(HexFormat.of().formatHex(c.literal().toBytes()));
      }
      s.append('\n');
    }
    for (Node n : g.nodes()) {
      String phase = n.phase().name().toLowerCase(Locale.ROOT);
      s.append("node %d %s %s %s".formatted(n.index(), n.name(), phase, n.op().name()));
      OpRegistry.builtIn()
          .attributes(n.op())
          .forEach((k, v) -> s.append(' ').append(k).append('=').append(attribute(v)));
      s.append(' ').append(n.inputs().stream().map(Value::id).toList()).append(" -> ");
      s.append(n.results().stream().map(Value::id).toList()).append('\n');
    }
    g.outputs().forEach((k, v) -> s.append("output %s %d\n".formatted(k, v.id())));
    g.updates().forEach((t, r) -> s.append("update %d %d\n".formatted(t.id(), r.id())));
    m.metadata().forEach((k, v) -> s.append("metadata %s=%s\n".formatted(k, v)));
    s.append("weights ").append(m.weightsChecksum()).append('\n');
    for (Value.Parameter p : g.parameters()) {
      byte[] bytes = m.weights(p.name()).toArray(ValueLayout.JAVA_BYTE);
      byte[] sha = MessageDigest.getInstance("SHA-256").digest(bytes);
      s.append("weight %s %s ".formatted(p.name(), p.type()));
      s.append(HexFormat.of().formatHex(sha)).append('\n');
    }
    return s.toString();
  }

  private static String attribute(Object value) {
    return value instanceof Double d
        ? "%016x".formatted(Double.doubleToLongBits(d))
        : value.toString();
  }
}
