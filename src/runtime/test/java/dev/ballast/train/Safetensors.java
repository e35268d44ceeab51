package dev.ballast.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The f32 tensors of a safetensors file: a JSON header behind its length, then the data. */
record Safetensors(Map<String, float[]> tensors) {
  private static final Pattern ENTRY =
      Pattern.compile(
          "\"([^\"]+)\"\\s*:\\s*\\{\"dtype\"\\s*:\\s*\"F32\".*?"
              + "\"data_offsets\"\\s*:\\s*\\[(\\d+)\\s*,\\s*(\\d+)\\]\\s*\\}");

  static Safetensors read(Path file) throws IOException {
    ByteBuffer b = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int header = Math.toIntExact(b.getLong());
    String json = new String(b.array(), 8, header, StandardCharsets.UTF_8);
    Map<String, float[]> tensors = new LinkedHashMap<>();
    Matcher m = ENTRY.matcher(json);
    while (m.find()) {
      int from = Integer.parseInt(m.group(2));
      int to = Integer.parseInt(m.group(3));
      float[] values = new float[(to - from) / Float.BYTES];
      b.slice(8 + header + from, to - from).order(b.order()).asFloatBuffer().get(values);
      tensors.put(m.group(1), values);
    }
    return new Safetensors(tensors);
  }

  float[] get(String name) {
    if (!tensors.containsKey(name)) {
      throw new IllegalArgumentException("no tensor '" + name + "', only " + tensors.keySet());
    }
    return tensors.get(name);
  }
}
