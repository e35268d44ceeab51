package dev.ballast.train;

import dev.ballast.format.Checkpoint;
import dev.ballast.ir.Graph;
import dev.ballast.tensor.ModelFormatException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The checkpoints of one run, in a folder of its own: {@code epoch-N.ballast} was written at the
 * end of epoch N, {@code epoch-N-step-S.ballast} so many steps after it. The newest few are kept,
 * and that of the best epoch's end. Only one process writes into a folder at a time.
 */
public final class Checkpoints implements AutoCloseable {
  private static final Pattern NAME =
      Pattern.compile("epoch-(\\d{1,9})(?:-step-(\\d{1,9}))?\\.ballast");
  private static final String LOCK = ".lock";

  private final Path folder;
  private final CheckpointPolicy policy;
  private final SequencedMap<String, String> metadata;
  private final FileChannel lock;
  private Optional<Path> last = Optional.empty();
  private long stepsSince;
  private long nanosOfLast = System.nanoTime();

  private Checkpoints(
      Path folder,
      CheckpointPolicy policy,
      SequencedMap<String, String> metadata,
      FileChannel lock) {
    this.folder = folder;
    this.policy = policy;
    this.metadata = metadata;
    this.lock = lock;
  }

  /** A checkpoint's file and where the run was. */
  private record Named(Path file, int epochs, int steps) {
    static Optional<Named> of(Path file) {
      Matcher m = NAME.matcher(file.getFileName().toString());
      return m.matches()
          ? Optional.of(
              new Named(
                  file,
                  Integer.parseInt(m.group(1)),
                  m.group(2) == null ? 0 : Integer.parseInt(m.group(2))))
          : Optional.empty();
    }
  }

  /** A checkpoint that was read. */
  public record Found(Path file, Checkpoint checkpoint) {}

  /**
   * Makes the folder where there is none, and keeps other processes out of it until closed.
   *
   * @param metadata of the model, written into each
   * @throws IOException where the folder can't be written, or another process writes into it
   */
  public static Checkpoints open(
      Path folder, CheckpointPolicy policy, SequencedMap<String, String> metadata)
      throws IOException {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new IOException(
          folder + ": this folder for checkpoints can't be made; name another place", e);
    }
    FileChannel channel = lock(folder);
    Checkpoints c = new Checkpoints(folder, policy, metadata, channel);
    c.deleteLeftovers();
    return c;
  }

  private static FileChannel lock(Path folder) throws IOException {
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IOException(folder + ": no checkpoints can be written into this folder", e);
    }
    Optional<FileLock> own;
    try {
      own = Optional.ofNullable(channel.tryLock());
    } catch (OverlappingFileLockException e) {
      own = Optional.empty();
    }
    if (own.isEmpty()) {
      channel.close();
      throw new IOException(
          folder
              + ": another run writes its checkpoints here; wait for it, or name another folder");
    }
    return channel;
  }

  /** What a process that was killed while it wrote has left. */
  private void deleteLeftovers() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, ".ballast-*.tmp")) {
      for (Path f : files) {
        Files.deleteIfExists(f);
      }
    }
  }

  public boolean isEmpty() throws IOException {
    return named().isEmpty();
  }

  /** Oldest first. */
  private List<Named> named() throws IOException {
    List<Named> named = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      files.forEach(f -> Named.of(f).ifPresent(named::add));
    }
    named.sort(Comparator.comparingInt(Named::epochs).thenComparingInt(Named::steps));
    return named;
  }

  /**
   * The newest checkpoint that is whole.
   *
   * @param arena that holds its tensors
   * @param remarks hears of those that are damaged
   */
  public Optional<Found> newest(Arena arena, Consumer<String> remarks) throws IOException {
    for (Named n : named().reversed()) {
      try {
        Checkpoint c = Checkpoint.read(n.file, arena);
        last = Optional.of(n.file);
        return Optional.of(new Found(n.file, c));
      } catch (ModelFormatException e) {
        remarks.accept("passed over a damaged checkpoint: " + e.getMessage());
      }
    }
    return Optional.empty();
  }

  /**
   * The epochs that had ended when a checkpoint was written.
   *
   * @throws IllegalArgumentException where its progress is not as a trainer writes it
   */
  public static List<Epoch> epochs(Checkpoint c) {
    return List.copyOf(RunState.of(c.progress()).epochs());
  }

  /** Counts a step and tells whether the next checkpoint is due. */
  boolean isDueAfterStep() {
    stepsSince++;
    return policy.isDue(stepsSince, System.nanoTime() - nanosOfLast);
  }

  /**
   * Writes one, then deletes those that need not be kept.
   *
   * @param epochs that have ended
   * @param steps since
   * @throws IOException where it can't be written: those before are still there
   */
  void write(Checkpoint c, Graph graph, int epochs, int steps, OptionalInt bestEpoch)
      throws IOException {
    String name =
        steps == 0
            ? String.format(Locale.ROOT, "epoch-%04d.ballast", epochs)
            : String.format(Locale.ROOT, "epoch-%04d-step-%06d.ballast", epochs, steps);
    Path file = folder.resolve(name);
    try {
      c.write(file, graph, metadata);
    } catch (IOException e) {
      throw new IOException(
          "%s: this checkpoint can't be written: %s; %s"
              .formatted(
                  file,
                  e.getMessage(),
                  last.map(l -> "the last one is " + l).orElse("there is none before it")),
          e);
    }
    last = Optional.of(file);
    stepsSince = 0;
    nanosOfLast = System.nanoTime();
    prune(bestEpoch);
  }

  private void prune(OptionalInt bestEpoch) throws IOException {
    List<Named> all = named();
    for (Named n : all.subList(0, Math.max(0, all.size() - policy.keep()))) {
      boolean best = n.steps == 0 && bestEpoch.isPresent() && n.epochs == bestEpoch.getAsInt();
      if (!best) {
        Files.deleteIfExists(n.file);
      }
    }
  }

  public Path folder() {
    return folder;
  }

  /** The last that was written or found. */
  public Optional<Path> last() {
    return last;
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
