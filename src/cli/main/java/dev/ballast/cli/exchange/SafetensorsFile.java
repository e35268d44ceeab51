package dev.ballast.cli.exchange;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ballast.kernel.Slice;
import dev.ballast.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file of named tensors as PyTorch's users exchange them, mapped:
 *
 * <pre>
 * | bytes of header, u64 little-endian | header, JSON | tensors, row-major, little-endian |
 * </pre>
 *
 * <p>The header names dtype, shape and place of each tensor; the tensors fill the rest of the file.
 */
public final class SafetensorsFile implements AutoCloseable {
  static final String METADATA = "__metadata__";
  private static final long LARGEST_HEADER = 100_000_000;
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** A tensor in the file. */
  public record Tensor(TensorFormat format, Shape shape, long from, MemorySegment memory) {

    /** An element, row-major. */
    public double get(long i) {
      return format.get(memory, i);
    }

    /** Copies all elements, rounded to the slice's type. */
    void copyTo(Slice target) {
      for (long i = 0; i < target.elements(); i++) {
        target.set(i, get(i));
      }
    }
  }

  private final Path file;
  private final Arena arena;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  private SafetensorsFile(Path file, Arena arena) throws IOException {
    this.file = file;
    this.arena = arena;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < Long.BYTES) {
        throw wrong("has %d bytes, and starts with 8 that tell the header's length", size);
      }
      MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      long header = all.get(LENGTH, 0);
      if (header < 2 || header > Math.min(LARGEST_HEADER, size - Long.BYTES)) {
        throw wrong("a header of %d bytes does not fit the file's %d", header, size);
      }
      readHeader(all.asSlice(Long.BYTES, header), all.asSlice(Long.BYTES + header));
      demandNoHoles(size - Long.BYTES - header);
    }
  }

  /**
   * @throws IOException where the file can't be read or is not what it should be
   */
  public static SafetensorsFile open(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": there is no such file");
    }
    Arena arena = Arena.ofShared();
    boolean opened = false;
    try {
      SafetensorsFile tensors = new SafetensorsFile(file, arena);
      opened = true;
      return tensors;
    } catch (ArithmeticException e) {
      throw new IOException(file + ": a tensor is larger than any memory", e);
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  private void readHeader(MemorySegment header, MemorySegment data) throws IOException {
    try {
      JsonNode root = JSON.readTree(header.toArray(ValueLayout.JAVA_BYTE));
      if (!root.isObject()) {
        throw wrong("the header is no JSON object");
      }
      for (Map.Entry<String, JsonNode> e : root.properties()) {
        if (!e.getKey().equals(METADATA)) {
          tensors.put(e.getKey(), tensor(e.getKey(), e.getValue(), data));
        }
      }
    } catch (JsonProcessingException e) {
      throw wrong("the header is no JSON: %s", e.getOriginalMessage());
    }
  }

  private Tensor tensor(String name, JsonNode node, MemorySegment data) throws IOException {
    TensorFormat format = format(name, node.path("dtype").asText());
    JsonNode shape = node.path("shape");
    JsonNode offsets = node.path("data_offsets");
    boolean placed = offsets.isArray() && offsets.size() == 2;
    if (!shape.isArray() || !placed || !isLong(offsets.get(0)) || !isLong(offsets.get(1))) {
      throw wrong("tensor '%s' needs a shape and two data_offsets, and is %s", name, node);
    }
    List<Integer> dims = new ArrayList<>();
    long elements = 1;
    for (JsonNode dim : shape) {
      if (!dim.isIntegralNumber() || !dim.canConvertToInt() || dim.asInt() < 1) {
        throw wrong("tensor '%s' has shape %s: sizes must be at least 1", name, shape);
      }
      dims.add(dim.asInt());
      elements = Math.multiplyExact(elements, dim.asInt());
    }
    long from = offsets.get(0).asLong();
    long to = offsets.get(1).asLong();
    boolean inside = from >= 0 && from <= to && to <= data.byteSize();
    if (!inside || to - from != Math.multiplyExact(elements, format.bytes())) {
      throw wrong(
          "tensor '%s', %s%s, does not fit bytes %d to %d of %d",
          name, format, shape, from, to, data.byteSize());
    }
    Shape s = Shape.of(dims.stream().mapToInt(Integer::intValue).toArray());
    return new Tensor(format, s, from, data.asSlice(from, to - from));
  }

  /** Neither text, nor a fraction, nor what would wrap around. */
  private static boolean isLong(JsonNode number) {
    return number.isIntegralNumber() && number.canConvertToLong();
  }

  private TensorFormat format(String name, String dtype) throws IOException {
    try {
      return TensorFormat.valueOf(dtype);
    } catch (IllegalArgumentException e) {
      throw wrong("tensor '%s' has the unknown dtype '%s'", name, dtype);
    }
  }

  private void demandNoHoles(long size) throws IOException {
    List<Tensor> inOrder =
        tensors.values().stream().sorted(Comparator.comparing(Tensor::from)).toList();
    long end = 0;
    for (Tensor t : inOrder) {
      if (t.from != end) {
        throw wrong(
            "tensors overlap or leave a hole at byte %d of the data", Math.min(end, t.from));
      }
      end += t.memory.byteSize();
    }
    if (end != size) {
      throw wrong("the tensors end at byte %d of the data, the file at %d", end, size);
    }
  }

  private IOException wrong(String complaint, Object... arguments) {
    return new IOException(file + ": " + complaint.formatted(arguments));
  }

  public Path path() {
    return file;
  }

  /** Whose end is that of the mapping. */
  Arena arena() {
    return arena;
  }

  /** By name, in the file's order. */
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
