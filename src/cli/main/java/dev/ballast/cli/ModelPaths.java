package dev.ballast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/** Files that commands take and write. */
public final class ModelPaths {
  private ModelPaths() {}

  public static boolean isDefinition(Path file) {
    return file.toString().endsWith(".toml");
  }

  /** Finds out before an hour of training, not after, that there is no place for the model. */
  public static void demandWritable(Path target) throws IOException {
    Path parent = target.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException(target + ": is a folder; name a file");
    }
    if (!Files.isDirectory(parent) || !Files.isWritable(parent)) {
      throw new IOException(
          target + ": the folder " + parent + " does not exist or can't be written");
    }
    if (Files.isDirectory(target)) {
      throw new IOException(target + ": is a folder; name a file");
    }
    // Permissions are not all that may be in the way: a file system may be full, or read only.
    Path probe = beside(target);
    try {
      Files.createFile(probe);
    } catch (IOException e) {
      throw new IOException(
          target + ": no file can be made in the folder " + parent + "; name another place", e);
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  /**
   * A file of its own in a file's folder. Not one of the platform's: those only its owner may read.
   */
  private static Path beside(Path target) {
    String unique = Long.toHexString(ThreadLocalRandom.current().nextLong());
    return target.toAbsolutePath().resolveSibling(".ballast-" + unique + ".tmp");
  }

  /** Writes a new file. */
  interface Content {
    void writeTo(Path file) throws IOException;
  }

  /** Writes a file beside its place and moves it there, so that a failure leaves the old one. */
  public static void replace(Path target, byte[] content) throws IOException {
    replace(target, beside -> Files.write(beside, content, StandardOpenOption.CREATE_NEW));
  }

  /** The same for what is not held in an array. */
  static void replace(Path target, Content content) throws IOException {
    Path beside = beside(target);
    try {
      content.writeTo(beside);
      Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(beside);
    }
  }
}
