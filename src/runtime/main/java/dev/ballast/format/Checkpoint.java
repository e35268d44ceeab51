package dev.ballast.format;

import dev.ballast.ir.Graph;
import dev.ballast.tensor.ModelFormatException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * All that a training run needs to go on. Its file is a model file with three sections more, so
 * whatever takes a model takes a checkpoint; see {@code src/docs/FORMAT.md}.
 *
 * @param progress the run's numbers, as texts by name
 * @param weights the parameters, as in {@link ModelFile#write}
 * @param bestWeights the same, of the best epoch so far; absent before one has been judged
 * @param states of the training step
 */
public record Checkpoint(
    SequencedMap<String, String> progress,
    MemorySegment weights,
    Optional<MemorySegment> bestWeights,
    List<SavedState> states) {
  private static final int SECTIONS = 5;

  /**
   * Writes beside the target and moves into place: a crash leaves the old file or the new one.
   *
   * @param graph the network as it is served
   * @throws IOException where the file can't be written; the target is as it was then
   */
  public void write(Path target, Graph graph, SequencedMap<String, String> metadata)
      throws IOException {
    ModelFile.demandWeightsOf(graph, weights);
    bestWeights.ifPresent(b -> ModelFile.demandWeightsOf(graph, b));
    byte[] encodedGraph = GraphEncoder.encode(graph);
    byte[] encodedMetadata = MetadataCodec.encode(metadata);
    byte[] encodedProgress = MetadataCodec.encode(progress);
    byte[] table = StatesCodec.table(states);
    List<MemorySegment> elements = states.stream().map(SavedState::elements).toList();
    try (Arena scratch = Arena.ofConfined()) {
      ReplacedFile.write(
          target,
          channel -> {
            ModelWriter out = new ModelWriter(channel, scratch);
            out.begin(bestWeights.isPresent() ? SECTIONS + 1 : SECTIONS);
            out.bytes(Layout.GRAPH, encodedGraph);
            out.bytes(Layout.METADATA, encodedMetadata);
            out.bytes(Layout.PROGRESS, encodedProgress);
            out.tensors(Layout.STATES, table, elements);
            if (bestWeights.isPresent()) {
              out.weights(Layout.BEST, graph, bestWeights.get());
            }
            out.weights(Layout.WEIGHTS, graph, weights);
            out.finish();
          });
    }
  }

  /**
   * Reads and checks all of a file.
   *
   * @param arena that holds what is read
   * @throws ModelFormatException where the file is no checkpoint, or is damaged
   * @throws IOException where it can't be read
   */
  public static Checkpoint read(Path file, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        Arena scratch = Arena.ofConfined()) {
      FileBytes bytes = new FileBytes(file, channel, scratch);
      ReadOptions options = ReadOptions.defaults().withMapWeights(false);
      ModelReader reader = new ModelReader(bytes, options, scratch);
      ModelReader.Content content = reader.read();
      MemorySegment weights = reader.weights(content, arena);
      Parts parts = new Parts(bytes, content.sections(), arena);
      BoundedReader progress = parts.reader(Layout.PROGRESS, parts.needed(Layout.PROGRESS));
      MemorySegment states = parts.needed(Layout.STATES);
      Optional<MemorySegment> best = parts.bytes(Layout.BEST);
      if (best.isPresent() && best.get().byteSize() != weights.byteSize()) {
        throw bytes.failure(
            parts.section(Layout.BEST).orElseThrow().offset(),
            "expected weights of %d bytes, found %d"
                .formatted(weights.byteSize(), best.get().byteSize()));
      }
      return new Checkpoint(
          MetadataCodec.decode(progress),
          weights,
          best,
          new ArrayList<>(StatesCodec.decode(parts.reader(Layout.STATES, states), states)));
    }
  }

  /** The sections of a file that only checkpoints have. */
  private record Parts(FileBytes file, List<Section> sections, Arena arena) {
    Optional<Section> section(String kind) {
      return sections.stream().filter(s -> s.kind().equals(kind)).findFirst();
    }

    Optional<MemorySegment> bytes(String kind) throws IOException {
      Optional<Section> s = section(kind);
      if (s.isEmpty()) {
        return Optional.empty();
      }
      MemorySegment bytes = arena.allocate(s.get().bytes(), Layout.ALIGNMENT);
      file.readChecked(s.get(), bytes);
      return Optional.of(bytes);
    }

    MemorySegment needed(String kind) throws IOException {
      Optional<MemorySegment> bytes = bytes(kind);
      if (bytes.isEmpty()) {
        throw file.failure(
            Layout.HEADER_BYTES,
            "expected a checkpoint, with a section "
                + kind
                + ", found a model: it can be used,"
                + " but not trained on");
      }
      return bytes.get();
    }

    BoundedReader reader(String kind, MemorySegment bytes) {
      long start = section(kind).orElseThrow().offset();
      return new BoundedReader(file.file(), "section " + kind, start, bytes);
    }
  }
}
