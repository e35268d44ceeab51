package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What users get wrong: each complaint names the thing, the place and the next step. */
class BadInputTest {
  @TempDir Path folder;
  private TinyDigits tiny;
  private Path model;

  @BeforeEach
  void makeData() throws IOException {
    tiny = TinyDigits.in(folder);
    model = folder.resolve("tiny.ballast");
  }

  private void refused(String complaint, Object... words) {
    String said = CommandRun.complaint(words);
    assertTrue(said.contains(complaint), said);
  }

  private Object[] train(Object... more) {
    List<Object> words = new ArrayList<>(List.of("train", tiny.definition(), "--out", model));
    words.addAll(Arrays.asList(more));
    return words.toArray();
  }

  @Test
  void whatIsNoDefinition() throws IOException {
    refused(folder + ": is a folder; name a definition in it, a TOML file", "train", folder);
    CommandRun.done(train("--quiet", "--epochs", "0"));
    refused(model + ": is not UTF-8 text; a definition is a TOML file", "train", model);
    refused(model + ": is not UTF-8 text; a definition is a TOML file", "eval", model, model);
    refused(folder + ": is a folder; name files in it", "predict", model, folder);
  }

  @Test
  void moreNamesThanOutputs() throws IOException {
    tiny.edited("\"below\"]", "\"below\", \"beside\"]");
    refused(
        tiny.definition() + ":7:1: classes: there are 3, and the network has outputs for 2",
        train());
  }

  @Test
  void placesThatCantBeWritten() throws IOException {
    refused(folder + ": is a folder; name a file", train("--curve", folder));
    Path nowhere = folder.resolve("nowhere/x.csv");
    refused(nowhere + ": no log can be written there", train("--log", nowhere));
    Path file = Files.writeString(folder.resolve("file"), "");
    refused(file + ": this folder for TensorBoard can't be made", train("--tensorboard", file));
    refused(
        file + ": this folder for checkpoints can't be made; name another place",
        train("--checkpoint", file));
    assertFalse(Files.exists(model));
  }

  /** Whoever asks may write there by its permissions, and yet there is no place for a file. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aFolderOfAFileSystemThatTakesNoFileIsToldBeforeTraining() {
    String said = CommandRun.complaint("train", tiny.definition(), "--out", "/proc/m.ballast");
    assertTrue(said.contains("/proc/m.ballast: "), said);
    assertFalse(said.contains("epoch 1/"), said);
  }

  @Test
  void theSystemsOwnComplaintsAreSentences() {
    assertEquals(
        "x: may not be read or written by this user",
        Commands.told(new AccessDeniedException("x")));
    assertEquals("x: is there already", Commands.told(new FileAlreadyExistsException("x")));
    assertEquals("x: is no folder", Commands.told(new NotDirectoryException("x")));
    assertEquals(
        "x: disk on fire", Commands.told(new FileSystemException("x", null, "disk on fire")));
  }

  @Test
  void weightsBesideACheckpointArePassedOverAloud() {
    Path run = folder.resolve("run");
    CommandRun.done(train("--checkpoint", run, "--quiet"));
    CommandRun r = CommandRun.done(train("--checkpoint", run, "--resume", "--from", model));
    assertTrue(r.err().contains(model + ": is passed over: the run goes on"), r.err());
  }

  /** A deviation needs two: one seed has none, instead of one that is no number. */
  @Test
  void aSweepOverOneSeedHasNoDeviation() {
    String out = CommandRun.done(train("--sweep", "seed=1", "--quiet")).out();
    assertFalse(out.contains("NaN") || out.contains("over 1 seeds"), out);
  }
}
