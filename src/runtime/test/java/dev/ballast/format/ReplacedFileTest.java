package dev.ballast.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplacedFileTest {
  @TempDir Path folder;

  private static void write(Path target, String text) throws IOException {
    ReplacedFile.write(target, channel -> channel.write(ByteBuffer.wrap(text.getBytes())));
  }

  private List<String> names() throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.map(p -> p.getFileName().toString()).toList();
    }
  }

  @Test
  void theNewContentTakesThePlaceOfTheOld() throws IOException {
    Path target = folder.resolve("a");
    write(target, "old");
    write(target, "new");
    assertEquals("new", Files.readString(target));
    assertEquals(List.of("a"), names());
  }

  @Test
  void aFailedWriteLeavesTheOldContentAndNothingElse() throws IOException {
    Path target = folder.resolve("a");
    write(target, "old");
    assertThrows(
        IOException.class,
        () ->
            ReplacedFile.write(
                target,
                channel -> {
                  channel.write(ByteBuffer.wrap(new byte[9]));
                  throw new IOException("disk full");
                }));
    assertThrows(
        IllegalStateException.class,
        () ->
            ReplacedFile.write(
                target,
                channel -> {
                  throw new IllegalStateException("weights are closed");
                }));
    assertEquals("old", Files.readString(target));
    assertEquals(List.of("a"), names());
  }

  @Test
  void anInterruptedWriteLeavesNothing() throws IOException {
    Thread.currentThread().interrupt();
    try {
      assertThrows(ClosedByInterruptException.class, () -> write(folder.resolve("a"), "content"));
    } finally {
      assertTrue(Thread.interrupted());
    }
    assertEquals(List.of(), names());
  }

  @Test
  void aMissingFolderIsNamed() {
    Path target = folder.resolve("missing").resolve("a");
    var e = assertThrows(NoSuchFileException.class, () -> write(target, ""));
    assertEquals(
        folder.resolve("missing") + ": no such folder, so " + target + " can't be written",
        e.getMessage());
  }

  @Test
  void aFolderThatCanNotBeWrittenIsNamed() throws IOException {
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Assumptions.assumeTrue(
        closed.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "needs POSIX permissions");
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
    Assumptions.assumeFalse(Files.isWritable(closed), "root may write everywhere");
    var e = assertThrows(AccessDeniedException.class, () -> write(closed.resolve("a"), ""));
    assertEquals(closed + ": no files can be made here", e.getMessage());
  }

  @Test
  void whatIsNoRegularFileIsNotReplaced() throws IOException {
    Path target = Files.createDirectory(folder.resolve("a"));
    var e = assertThrows(IOException.class, () -> write(target, ""));
    assertEquals(target + ": is there and is no regular file", e.getMessage());
    assertTrue(Files.isDirectory(target));
  }

  @Test
  void aNameWithoutAFolderMeansTheCurrentOne() throws IOException {
    Path target = Path.of("replaced-file-test.tmp");
    try {
      write(target, "here");
      assertEquals("here", Files.readString(target));
    } finally {
      Files.deleteIfExists(target);
    }
  }
}
