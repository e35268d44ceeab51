package dev.ballast.format;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Value;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.SequencedMap;

/** Checks every byte of a model file and takes it apart. */
final class ModelReader {
  private final FileBytes file;
  private final ReadOptions options;
  private final Arena scratch;

  /**
   * @param scratch for what is needed while reading
   */
  ModelReader(FileBytes file, ReadOptions options, Arena scratch) {
    this.file = file;
    this.options = options;
    this.scratch = scratch;
  }

  /** What a model file holds beside its weights. */
  record Content(List<Section> sections, SequencedMap<String, String> metadata, Graph graph) {}

  /** Reads and checks everything but the weights, of which it checks the size. */
  Content read() throws IOException {
    List<Section> sections = SectionTable.read(file);
    long end = SectionTable.bytes(sections.size());
    for (Section s : sections) {
      file.demandZeros(end, s.offset());
      end = s.end();
    }
    for (Section s : sections) {
      if (!SectionTable.isNeeded(s.kind())) {
        file.demandChecksum(s);
      }
    }
    var metadata = MetadataCodec.decode(whole(sections, Layout.METADATA));
    Graph graph = GraphDecoder.decode(whole(sections, Layout.GRAPH), options.ops());
    demandWeightsOf(graph, find(sections, Layout.WEIGHTS));
    return new Content(sections, metadata, graph);
  }

  private static Section find(List<Section> sections, String kind) {
    return sections.stream().filter(s -> s.kind().equals(kind)).findFirst().orElseThrow();
  }

  private BoundedReader whole(List<Section> sections, String kind) throws IOException {
    Section s = find(sections, kind);
    MemorySegment bytes = scratch.allocate(s.bytes());
    file.readChecked(s, bytes);
    return new BoundedReader(file.file(), "section " + kind, s.offset(), bytes);
  }

  private void demandWeightsOf(Graph graph, Section w) throws IOException {
    long expected;
    try {
      expected = Layout.weightsBytes(graph);
    } catch (ArithmeticException e) {
      var failure = file.failure(w.offset(), "expected parameters that fit a file, found larger");
      failure.initCause(e);
      throw failure;
    }
    if (w.bytes() != expected) {
      throw file.failure(
          w.offset(),
          "expected weights of %d bytes for the graph's %d parameters, found %d"
              .formatted(expected, graph.parameters().size(), w.bytes()));
    }
  }

  /** The weights, checked where the options say so, mapped or copied into the arena. */
  MemorySegment weights(Content content, Arena arena) throws IOException {
    Section w = find(content.sections, Layout.WEIGHTS);
    if (options.verifyWeights() && options.mapWeights()) {
      file.demandChecksum(w);
    }
    if (options.verifyWeights()) {
      demandZerosBetween(content.graph, w);
    }
    if (options.mapWeights()) {
      return map(w, arena);
    }
    MemorySegment copy = arena.allocate(w.bytes(), Layout.WEIGHTS_ALIGNMENT);
    if (options.verifyWeights()) {
      file.readChecked(w, copy);
    } else {
      file.read(w.offset(), copy);
    }
    return copy.asReadOnly();
  }

  private void demandZerosBetween(Graph graph, Section w) throws IOException {
    long at = w.offset();
    for (Value.Parameter p : graph.parameters()) {
      long end = at + p.type().bytes();
      at = Layout.align(end, Layout.ALIGNMENT);
      file.demandZeros(end, at);
    }
  }

  private MemorySegment map(Section w, Arena arena) throws IOException {
    try {
      return file.channel()
          .map(FileChannel.MapMode.READ_ONLY, w.offset(), w.bytes(), arena)
          .asReadOnly();
    } catch (UnsupportedOperationException e) {
      throw new IOException(
          file.file() + ": its file system maps no files: use ReadOptions.withMapWeights(false)",
          e);
    }
  }
}
