package dev.ballast.openblas;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import dev.ballast.openblas.NativesManifest.NativeFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The bundled native files, unpacked into a folder of this user:
 *
 * <pre>
 * ROOT/openblas/VERSION/PLATFORM/
 *   libgcc_s.so.1 ... libopenblas.so.0    as pinned in natives.manifest
 *   checked                               name, bytes and time of each file when its sum was right
 *   lock                                  held while files are unpacked
 *   *.part                                being written by the holder of the lock
 * </pre>
 *
 * <p>A file is written beside its place, forced to the disk, and moved there in one step, so
 * whoever sees a name sees all of its bytes; processes that run at once, or die in the middle, do
 * no harm even where locks do not work. The lock only saves them doing the work twice.
 *
 * <p>Checksums are compared when a file is unpacked and whenever its size or time is not the
 * recorded one, but not at each load: summing 41 MB costs a fresh JVM about 100 ms, where linking
 * them costs 7, and it reads into memory the kernels of twenty processors that this one will never
 * run. What that misses, bytes that changed while their file's time did not, {@link #damagedFiles}
 * finds.
 */
final class NativeCache {
  private static final String CHECKED = "checked";
  private static final String LOCK = "lock";
  private static final String PART = ".part";

  private final Path folder;
  private final List<NativeFile> files;
  private final NativeSource source;

  NativeCache(Path folder, List<NativeFile> files, NativeSource source) {
    this.folder = folder;
    this.files = List.copyOf(files);
    this.source = source;
  }

  /** The cache for the natives of this platform, or empty if there are none. */
  static Optional<NativeCache> ofThisPlatform() throws IOException {
    Platform platform = Platform.current();
    NativesManifest manifest = NativesManifest.read();
    List<NativeFile> files = manifest.filesOf(platform);
    if (files.isEmpty()) {
      return Optional.empty();
    }
    Path folder =
        platform
            .cacheRoot()
            .resolve("openblas")
            .resolve(manifest.version())
            .resolve(platform.classifier());
    return Optional.of(new NativeCache(folder, files, NativeSource.ofJarFor(platform)));
  }

  Path folder() {
    return folder;
  }

  /**
   * The files' paths, in the order in which to open them, after unpacking those that are missing or
   * damaged.
   */
  List<Path> prepare() throws IOException {
    if (!isAsRecorded()) {
      if (damaged().isEmpty()) {
        recordWherePossible();
      } else {
        repair();
      }
    }
    return files.stream().map(this::path).toList();
  }

  /**
   * Compares every file with its checksum and unpacks anew those that differ.
   *
   * @return whether there were any
   */
  boolean repair() throws IOException {
    Files.createDirectories(folder);
    try (FolderLock _ = FolderLock.acquire(folder.resolve(LOCK))) {
      // Asked again under the lock: another process may have done it meanwhile.
      List<NativeFile> damaged = damaged();
      if (damaged.isEmpty()) {
        return false;
      }
      deleteLeftovers();
      for (NativeFile file : damaged) {
        unpack(file);
      }
      record();
      return true;
    }
  }

  /** The unpacked files whose checksum is wrong; none if nothing was ever unpacked here. */
  List<Path> damagedFiles() throws IOException {
    if (!Files.exists(folder.resolve(CHECKED))) {
      return List.of();
    }
    return damaged().stream().map(this::path).toList();
  }

  private List<NativeFile> damaged() throws IOException {
    List<NativeFile> damaged = new ArrayList<>();
    for (NativeFile file : files) {
      Path path = path(file);
      if (!Files.isRegularFile(path)
          || Files.size(path) != file.bytes()
          || !sha256(path).equals(file.sha256())) {
        damaged.add(file);
      }
    }
    return damaged;
  }

  private boolean isAsRecorded() throws IOException {
    Path record = folder.resolve(CHECKED);
    // Latin-1, in which every byte is a character: a damaged record is to be replaced, not refused.
    return Files.exists(record) && Files.readAllLines(record, ISO_8859_1).equals(state());
  }

  private void record() throws IOException {
    Path part = newPart(CHECKED);
    Files.write(part, state());
    Files.move(part, folder.resolve(CHECKED), ATOMIC_MOVE);
  }

  /**
   * A read-only cache, in a container's image say, serves as well; it is only checked each time.
   */
  private void recordWherePossible() throws IOException {
    if (Files.isWritable(folder)) {
      record();
    }
  }

  private List<String> state() throws IOException {
    List<String> lines = new ArrayList<>();
    for (NativeFile file : files) {
      try {
        BasicFileAttributes seen = Files.readAttributes(path(file), BasicFileAttributes.class);
        lines.add(
            file.sha256() + " " + seen.size() + " " + seen.lastModifiedTime() + " " + file.name());
      } catch (NoSuchFileException e) {
        lines.add("missing " + file.name());
      }
    }
    return lines;
  }

  private void unpack(NativeFile file) throws IOException {
    Path part = newPart(file.name());
    try (InputStream packed = open(file);
        FileChannel out =
            FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      DigestOutputStream summed =
          new DigestOutputStream(Channels.newOutputStream(out), newSha256());
      packed.transferTo(summed);
      String sum = hex(summed.getMessageDigest());
      if (!sum.equals(file.sha256())) {
        throw new IOException(
            "%s in the jar has SHA-256 %s, expected %s: align the version of org.bytedeco:openblas"
                .formatted(file.name(), sum, file.sha256()));
      }
      // Without this a power cut can leave a file of the right name, size and time full of zeros.
      out.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(part);
      throw e;
    }
    Files.move(part, path(file), ATOMIC_MOVE);
  }

  private InputStream open(NativeFile file) throws IOException {
    return source
        .open(file.name())
        .orElseThrow(
            () ->
                new NoSuchFileException(
                    file.name(), null, "no jar of org.bytedeco:openblas with it was found"));
  }

  /** What a process that died while it unpacked has left; who holds the lock may clear it away. */
  private void deleteLeftovers() throws IOException {
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, "*" + PART)) {
      for (Path part : parts) {
        Files.deleteIfExists(part);
      }
    }
  }

  private Path path(NativeFile file) {
    return folder.resolve(file.name());
  }

  private Path newPart(String name) {
    return folder.resolve(name + "." + UUID.randomUUID() + PART);
  }

  private static String sha256(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path);
        DigestOutputStream summed =
            new DigestOutputStream(OutputStream.nullOutputStream(), newSha256())) {
      in.transferTo(summed);
      return hex(summed.getMessageDigest());
    }
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
