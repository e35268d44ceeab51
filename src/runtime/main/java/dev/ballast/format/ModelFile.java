package dev.ballast.format;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Value;
import dev.ballast.memory.AccountedArena;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.tensor.ModelFormatException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.SequencedMap;

/**
 * A {@code *.ballast} file: a graph, its weights in the planner's own layout, and where they came
 * from. Its bytes are specified in {@code src/docs/FORMAT.md}.
 *
 * <pre>{@code
 * SequencedMap<String, String> origin = new LinkedHashMap<>();
 * origin.put("seed", "42");
 * ModelFile.write(Path.of("line.ballast"), graph, weights, origin);
 *
 * try (ModelFile model = ModelFile.open(Path.of("line.ballast"))) {
 *   Plan plan = Planner.plan(model.graph(), PlanOptions.defaults());
 *   MemorySegment weights = model.weights();   // the mapped file: nothing was copied
 * }
 * }</pre>
 *
 * <p>Opening checks every byte against checksums or the one value it may have, by reading: a
 * damaged file, or one that is cut meanwhile, throws {@link ModelFormatException}. It costs one
 * pass over the weights, which {@link ReadOptions#withVerifyWeights} can spare for models of many
 * gigabytes.
 *
 * <p>Weights are mapped, so the file must stay as it is until {@link #close}. {@link #write} always
 * replaces a file by another, never touching one that is open. Other programs may write into it
 * ({@code cp} onto it does) or cut it: then weights change under whoever reads them, and reading
 * beyond the new end throws {@link InternalError} in Java code and ends the process in native code.
 * No mapping can prevent this. Where it may happen, {@link ReadOptions#withMapWeights} reads the
 * weights into memory of their own instead.
 *
 * <p>Any thread may use it. Whoever closes it must be the last.
 */
public final class ModelFile implements AutoCloseable {
  private static final int SECTIONS = 3;

  private final Path file;
  private final ModelReader.Content content;
  private final MemorySegment weights;
  private final AccountedArena arena;

  private ModelFile(
      Path file, ModelReader.Content content, MemorySegment weights, AccountedArena arena) {
    this.file = file;
    this.content = content;
    this.weights = weights;
    this.arena = arena;
  }

  /**
   * Writes a model beside the target and moves it into place: a crash leaves the old file or the
   * new one. The same arguments give the same bytes.
   *
   * @param weights the graph's parameters in their order, each at the next multiple of 64 bytes;
   *     what lies between them is not saved
   * @param metadata where the model came from, in the order it shall be shown
   * @throws IOException where the file can't be written; the target is as it was then
   * @throws IllegalArgumentException where the weights are not of the graph's size, or an op or
   *     text can't be saved
   */
  public static void write(
      Path target, Graph graph, MemorySegment weights, SequencedMap<String, String> metadata)
      throws IOException {
    demandWeightsOf(graph, weights);
    byte[] encodedGraph = GraphEncoder.encode(graph);
    byte[] encodedMetadata = MetadataCodec.encode(metadata);
    try (Arena scratch = Arena.ofConfined()) {
      ReplacedFile.write(
          target,
          channel -> {
            ModelWriter out = new ModelWriter(channel, scratch);
            out.begin(SECTIONS);
            out.bytes(Layout.GRAPH, encodedGraph);
            out.bytes(Layout.METADATA, encodedMetadata);
            out.weights(Layout.WEIGHTS, graph, weights);
            out.finish();
          });
    }
  }

  static void demandWeightsOf(Graph graph, MemorySegment weights) {
    if (weights.byteSize() != Layout.weightsBytes(graph)) {
      throw new IllegalArgumentException(
          "weights of %d bytes given, the parameters of graph '%s' take %d"
              .formatted(weights.byteSize(), graph.name(), Layout.weightsBytes(graph)));
    }
  }

  /**
   * Opens a model with the built-in ops, checks all of it, and maps its weights.
   *
   * @throws ModelFormatException where the file is no model, or is damaged
   * @throws IOException where it can't be read
   */
  public static ModelFile open(Path file) throws IOException {
    return open(file, ReadOptions.defaults());
  }

  /**
   * @throws ModelFormatException where the file is no model, is damaged, or holds unknown ops
   * @throws IOException where it can't be read
   */
  public static ModelFile open(Path file, ReadOptions options) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new FileSystemException(file.toString(), null, "is no regular file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        Arena scratch = Arena.ofConfined()) {
      ModelReader reader = new ModelReader(new FileBytes(file, channel, scratch), options, scratch);
      ModelReader.Content content = reader.read();
      AccountedArena arena =
          OffHeap.arena(
              options.mapWeights() ? Kind.MAPPED : Kind.WEIGHTS, "the weights of " + file);
      boolean opened = false;
      try {
        if (options.mapWeights()) {
          arena.reserve(Layout.weightsBytes(content.graph()));
        }
        ModelFile model = new ModelFile(file, content, reader.weights(content, arena), arena);
        opened = true;
        return model;
      } finally {
        if (!opened) {
          arena.close();
        }
      }
    }
  }

  public Path path() {
    return file;
  }

  public Graph graph() {
    return content.graph();
  }

  /**
   * The WEIGHTS region, read-only, aligned to 64 bytes at least. It is accessible until this file
   * is closed.
   */
  public MemorySegment weights() {
    if (!arena.scope().isAlive()) {
      throw new IllegalStateException("model file " + file + " is closed");
    }
    return weights;
  }

  /**
   * The bytes of one parameter.
   *
   * @throws IllegalArgumentException where the graph has none of that name
   */
  public MemorySegment weights(String parameter) {
    long offset = 0;
    for (Value.Parameter p : graph().parameters()) {
      if (p.name().equals(parameter)) {
        return weights().asSlice(offset, p.type().bytes());
      }
      offset = Layout.align(offset + p.type().bytes(), Layout.ALIGNMENT);
    }
    throw new IllegalArgumentException(
        file
            + " has no parameter '"
            + parameter
            + "', only "
            + graph().parameters().stream().map(Value.Parameter::name).toList());
  }

  /** Where the model came from, in the order it was written. */
  public SequencedMap<String, String> metadata() {
    return content.metadata();
  }

  /** The file's sections in its order, those of other writers among them. */
  public List<Section> sections() {
    return content.sections();
  }

  /** SHA-256 over the weights alone, in hexadecimal: equal where all weights are, bit for bit. */
  public String weightsChecksum() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    MemorySegment all = weights();
    byte[] chunk = new byte[(int) Math.min(all.byteSize(), 1 << 16)];
    for (long at = 0; at < all.byteSize(); at += chunk.length) {
      int n = (int) Math.min(chunk.length, all.byteSize() - at);
      MemorySegment.copy(all, ValueLayout.JAVA_BYTE, at, chunk, 0, n);
      digest.update(chunk, 0, n);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Unmaps the weights; {@link #graph} and {@link #metadata} stay. Closing twice does nothing. */
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  @Override
  public String toString() {
    return file + " (" + graph().name() + ", " + graph().parameterCount() + " parameters)";
  }
}
