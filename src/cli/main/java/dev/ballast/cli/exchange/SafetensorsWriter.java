package dev.ballast.cli.exchange;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.kernel.Slice;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes f32 tensors in the form that {@link SafetensorsFile} reads. */
public final class SafetensorsWriter {
  private SafetensorsWriter() {}

  /**
   * @param file that is not there yet
   * @param tensors by name, in the order in which they are to lie
   * @param metadata texts that the header holds beside them
   */
  public static void write(Path file, Map<String, Slice> tensors, Map<String, String> metadata)
      throws IOException {
    byte[] header = header(tensors, metadata);
    try (DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE_NEW), 1 << 16))) {
      out.writeLong(Long.reverseBytes(header.length));
      out.write(header);
      for (Slice s : tensors.values()) {
        for (long i = 0; i < s.elements(); i++) {
          out.writeInt(Integer.reverseBytes(Float.floatToRawIntBits((float) s.get(i))));
        }
      }
    }
  }

  /** Blanks at its end let the tensors start at a multiple of 8. */
  private static byte[] header(Map<String, Slice> tensors, Map<String, String> metadata)
      throws IOException {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put(SafetensorsFile.METADATA, metadata);
    long from = 0;
    for (Map.Entry<String, Slice> e : tensors.entrySet()) {
      long to = from + Float.BYTES * e.getValue().elements();
      Map<String, Object> tensor = new LinkedHashMap<>();
      tensor.put("dtype", TensorFormat.F32.name());
      tensor.put("shape", e.getValue().type().shape().dims());
      tensor.put("data_offsets", List.of(from, to));
      header.put(e.getKey(), tensor);
      from = to;
    }
    byte[] text = new ObjectMapper().writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(text, (text.length + 7) / 8 * 8);
    Arrays.fill(padded, text.length, padded.length, (byte) ' ');
    return padded;
  }
}
