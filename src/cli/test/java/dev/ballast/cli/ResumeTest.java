package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.kernel.ProductTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs that end before their end, by whatever means, and go on. */
class ResumeTest {
  private static final int SECONDS = 60;
  private static final int SIGNAL = 128;
  private static final int EPOCHS = 200;

  @TempDir Path folder;
  private TinyDigits tiny;
  private Path checkpoints;
  private Path model;

  @BeforeEach
  void writeData() throws IOException {
    tiny = TinyDigits.in(folder).edited("epochs = 3", "epochs = " + EPOCHS);
    checkpoints = folder.resolve("run");
    model = folder.resolve("tiny.ballast");
  }

  private List<Object> train(Object... more) {
    List<Object> words = new ArrayList<>(List.of("train", tiny.definition(), "--out", model));
    words.addAll(List.of(more));
    return words;
  }

  private List<Object> resumable() {
    return train("--checkpoint", checkpoints, "--resume", "--every-steps", "25", "--json");
  }

  private static String checksum(Path file) throws IOException {
    return CommandRun.done("inspect", file, "--json").json().get("weightsChecksum").asText();
  }

  /** The checksum of a run that nothing disturbs. */
  private String undisturbed() throws IOException {
    CommandRun.done(train().toArray());
    String sum = checksum(model);
    Files.delete(model);
    return sum;
  }

  private static List<String> command(List<Object> words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules=jdk.incubator.vector",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName()));
    words.forEach(w -> command.add(w.toString()));
    return command;
  }

  private Process start(List<Object> words) throws IOException {
    return new ProcessBuilder(command(words))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
        .start();
  }

  private int await(Process p) throws IOException, InterruptedException {
    if (!p.waitFor(SECONDS, TimeUnit.SECONDS)) {
      p.destroyForcibly();
      throw new IOException("did not end: " + log());
    }
    return p.exitValue();
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  /**
   * Kills a run again and again, each time a random while after it began or went on, until one gets
   * to its end.
   *
   * @return how often
   */
  private int killUpTo(int kills, long seed) throws IOException, InterruptedException {
    Random random = new Random(seed);
    for (int i = 0; i < kills; i++) {
      Process p = start(resumable());
      if (p.waitFor(300 + random.nextInt(900), TimeUnit.MILLISECONDS)) {
        assertEquals(0, p.exitValue(), log());
        return i;
      }
      p.destroyForcibly().waitFor();
    }
    assertEquals(0, await(start(resumable())), log());
    return kills;
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aRunKilledAtRandomMomentsHasTheBitsOfOneThatWasNot() throws Exception {
    String expected = undisturbed();
    int kills = killUpTo(5, 1);
    assertTrue(kills > 1, "killed " + kills + " times");
    assertEquals(expected, checksum(model));
  }

  /** Fifty kills of as many runs as it takes. */
  @Test
  @Tag("soak")
  @DisabledOnOs(OS.WINDOWS)
  void fiftyKills() throws Exception {
    String expected = undisturbed();
    int kills = 0;
    for (long seed = 2; kills < 50; seed++) {
      kills += killUpTo(50 - kills, seed);
      assertEquals(expected, checksum(model));
      Files.delete(model);
      deleteCheckpoints();
    }
  }

  private void deleteCheckpoints() throws IOException {
    try (Stream<Path> files = Files.list(checkpoints)) {
      for (Path f : files.toList()) {
        Files.delete(f);
      }
    }
  }

  private void awaitLog(String text) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + SECONDS * 1_000_000_000L;
    while (!log().contains(text)) {
      if (System.nanoTime() > deadline) {
        throw new IOException("not told in " + SECONDS + " s: " + text + " in " + log());
      }
      Thread.sleep(10);
    }
  }

  private void awaitCheckpoint() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + SECONDS * 1_000_000_000L;
    while (System.nanoTime() < deadline) {
      if (Files.isDirectory(checkpoints)) {
        try (Stream<Path> files = Files.list(checkpoints)) {
          if (files.anyMatch(f -> f.toString().endsWith(".ballast"))) {
            return;
          }
        }
      }
      Thread.sleep(10);
    }
    throw new IOException("no checkpoint in " + SECONDS + " s: " + log());
  }

  /**
   * Ctrl-C's SIGINT and SIGTERM do the same. What a shell has put in the background ignores the
   * first, and so does all that it starts.
   */
  private static int askToStop(Process p, boolean byInterrupt) throws Exception {
    int signal = byInterrupt && !ignoresInterrupts() ? 2 : 15;
    new ProcessBuilder("kill", "-" + signal, Long.toString(p.pid())).start().waitFor();
    return SIGNAL + signal;
  }

  private static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(status)) {
      String ignored = lines.filter(l -> l.startsWith("SigIgn:")).findFirst().orElseThrow();
      return (Long.parseUnsignedLong(ignored.split("\\s+")[1], 16) & 2) != 0;
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aRunThatIsAskedToStopWritesACheckpointAndSaysHowToGoOn() throws Exception {
    String expected = undisturbed();
    Process p = start(resumable());
    awaitCheckpoint();
    int stopped = askToStop(p, true);
    assertEquals(stopped, await(p), log());
    assertTrue(
        log().contains("; go on with: ballast train " + tiny.definition() + " --out " + model),
        log());
    assertTrue(log().contains(" --every-steps 25 --json --resume" + System.lineSeparator()), log());
    assertFalse(Files.exists(model), "a run that is not at its end writes no model");
    assertEquals(0, await(start(resumable())), log());
    assertEquals(expected, checksum(model));
    assertTrue(log().contains("resumed from " + checkpoints), log());
  }

  /** Of a run without checkpoints the best of its epochs is left, and it says so. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aRunWithoutCheckpointsThatIsAskedToStopLeavesItsBestEpoch() throws Exception {
    Process p = start(train("--set", "epochs=1000000", "--json"));
    awaitLog("epoch 2/");
    int stopped = askToStop(p, false);
    assertEquals(stopped, await(p), log());
    assertTrue(
        log().contains("whose steps are lost; " + model + " gets the weights of epo"), log());
    assertTrue(log().contains("with --checkpoint DIR a run that is stopped can go on"), log());
    assertTrue(log().contains("\"end\" : \"it was asked to stop\""), log());
    CommandRun.done("eval", model, tiny.definition());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aFullDiskLeavesTheLastCheckpoint() throws Exception {
    String expected = undisturbed();
    tiny.edited("epochs = " + EPOCHS, "epochs = 2");
    CommandRun.done(resumable().toArray());
    Files.delete(model);
    tiny.edited("epochs = 2", "epochs = " + EPOCHS);
    Child run = withoutRoom();
    assertEquals(Main.FAILED, run.status(), run.output());
    assertTrue(run.output().contains("this checkpoint can't be written"), run.output());
    assertTrue(run.output().contains("the last one is " + checkpoints), run.output());
    CommandRun.done(resumable().toArray());
    assertEquals(expected, checksum(model));
  }

  /** The run goes on in a process that may write files of two kilobytes at most. */
  private Child withoutRoom() throws IOException, InterruptedException {
    List<String> limited = new ArrayList<>(List.of("sh", "-c", "ulimit -f 4; exec \"$@\"", "sh"));
    limited.addAll(command(resumable()));
    return Child.run(folder, limited);
  }

  @Test
  void aFolderWithCheckpointsIsNotBegunAnew() throws IOException {
    tiny.edited("epochs = " + EPOCHS, "epochs = 1");
    CommandRun.done(train("--checkpoint", checkpoints).toArray());
    String complaint = CommandRun.complaint(train("--checkpoint", checkpoints).toArray());
    assertTrue(complaint.contains("go on with it by --resume"), complaint);
    tiny.edited("learning_rate = 0.05", "learning_rate = 0.04");
    complaint = CommandRun.complaint(resumable().toArray());
    assertTrue(complaint.contains("the checkpoint is of another run: its optimizer"), complaint);
  }

  @Test
  void whatHasChangedSinceIsNamed() throws IOException {
    tiny.edited("epochs = " + EPOCHS, "epochs = 1");
    CommandRun.done(train("--checkpoint", checkpoints).toArray());
    String plain = Files.readString(tiny.definition());
    tiny.edited("[optimizer]", "[augment]\nshift = 1\n[optimizer]");
    refused("its augmentation is none, here it is Augmentation[shift=1");
    Files.writeString(tiny.definition(), plain);
    tiny.edited("test-images", "train-images").edited("test-labels", "train-labels");
    refused("its data that epochs are judged by is ");
    Files.writeString(tiny.definition(), plain);
    tiny.edited("\".\"\n", "\".\"\nvalidation = 0.1\n");
    refused("its training data is ");
  }

  private void refused(String what) {
    String complaint = CommandRun.complaint(resumable().toArray());
    Path file = checkpoints.resolve("epoch-0001.ballast");
    assertTrue(complaint.contains(file + ": the checkpoint is of another run: " + what), complaint);
    assertTrue(complaint.contains("may start with its weights: --from " + file), complaint);
  }

  /** A table of another ranking at one shape, as {@code ballast tune} may write on this machine. */
  @Test
  void anotherTableOfProductsIsRemarkedAndTheRunGoesOn() throws Exception {
    tiny.edited("epochs = " + EPOCHS, "epochs = 1");
    CommandRun.done(train("--checkpoint", checkpoints).toArray());
    Path table = folder.resolve("products.txt");
    Files.writeString(table, ProductTable.inUse() + "NT 1 1 1 openblas\n");
    tiny.edited("epochs = 1", "epochs = 2");
    List<String> command = command(resumable());
    command.add(1, "-D" + ProductTable.PROPERTY + "=" + table);
    Child run = Child.run(folder, command).succeeded();
    assertTrue(run.output().contains("with another table of products"), run.output());
    assertTrue(run.output().contains("resumed from " + checkpoints), run.output());
  }

  @Test
  void optionsOfCheckpointsNeedAFolder() {
    String complaint = CommandRun.complaint(train("--resume").toArray());
    assertTrue(complaint.contains("need --checkpoint DIR"), complaint);
  }

  @Test
  void aCheckpointPredicts() throws IOException {
    tiny.edited("epochs = " + EPOCHS, "epochs = 20");
    CommandRun.done(train("--checkpoint", checkpoints).toArray());
    CommandRun r =
        CommandRun.done(
            "eval", checkpoints.resolve("epoch-0020.ballast"), tiny.definition(), "--json");
    assertTrue(r.json().get("accuracy").asDouble() > 0.9, r.out());
  }

  @Test
  void patienceEndsARun() throws IOException {
    tiny.edited(
        "[optimizer]", "[early_stopping]\npatience = 2\nsmallest_change = 0.001\n[optimizer]");
    CommandRun r = CommandRun.done(train("--json").toArray());
    assertTrue(r.json().get("epochs").asInt() < EPOCHS, r.out());
    assertTrue(r.json().get("end").asText().contains("patience"), r.out());
    // Of epochs with as many right answers the one with less loss is kept, within patience too.
    assertTrue(r.json().get("bestEpoch").asInt() <= r.json().get("epochs").asInt(), r.out());
  }
}
