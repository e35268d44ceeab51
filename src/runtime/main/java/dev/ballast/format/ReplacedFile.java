package dev.ballast.format;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file that is there as it was or as it is to be, whatever happens in between: written beside its
 * place, forced to the disk, moved over. A process that was killed while it wrote may leave a
 * {@code .ballast-*.tmp} behind, which can be deleted.
 */
final class ReplacedFile {
  private ReplacedFile() {}

  /** Writes the new content. */
  interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Replaces or creates a file. A symbolic link is replaced, not followed.
   *
   * @throws IOException where it can't be written; nothing has changed then
   */
  static void write(Path target, Content content) throws IOException {
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new FileSystemException(target.toString(), null, "is there and is no regular file");
    }
    Path folder = folder(target);
    Path beside = folder.resolve(temporaryName());
    try (Closeable _ = () -> Files.deleteIfExists(beside)) {
      try (FileChannel channel = create(folder, beside)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(
          beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
    force(folder);
  }

  private static Path folder(Path target) throws NoSuchFileException {
    Path parent = target.toAbsolutePath().getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw new NoSuchFileException(
          String.valueOf(parent), null, "no such folder, so " + target + " can't be written");
    }
    return parent;
  }

  private static FileChannel create(Path folder, Path beside) throws IOException {
    try {
      return FileChannel.open(beside, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    } catch (AccessDeniedException e) {
      var failure = new AccessDeniedException(folder.toString(), null, "no files can be made here");
      failure.initCause(e);
      throw failure;
    }
  }

  private static String temporaryName() {
    return ".ballast-" + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".tmp";
  }

  /** Makes the move itself last. Where folders can't be opened (Windows), the system sees to it. */
  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (AccessDeniedException e) {
      return;
    }
  }
}
