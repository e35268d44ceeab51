package dev.ballast.bench.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of nothing but numbers, little-endian. */
final class Numbers {
  private Numbers() {}

  static void write(Path file, float[] values) throws IOException {
    ByteBuffer b = buffer(Float.BYTES * values.length);
    b.asFloatBuffer().put(values);
    Files.write(file, b.array());
  }

  static void write(Path file, int[] values) throws IOException {
    ByteBuffer b = buffer(Integer.BYTES * values.length);
    b.asIntBuffer().put(values);
    Files.write(file, b.array());
  }

  static void write(Path file, long[] values, int count) throws IOException {
    ByteBuffer b = buffer(Long.BYTES * count);
    b.asLongBuffer().put(values, 0, count);
    Files.write(file, b.array());
  }

  static float[] floats(Path file) throws IOException {
    ByteBuffer b = read(file);
    float[] values = new float[b.remaining() / Float.BYTES];
    b.asFloatBuffer().get(values);
    return values;
  }

  static int[] ints(Path file) throws IOException {
    ByteBuffer b = read(file);
    int[] values = new int[b.remaining() / Integer.BYTES];
    b.asIntBuffer().get(values);
    return values;
  }

  static long[] longs(Path file) throws IOException {
    ByteBuffer b = read(file);
    long[] values = new long[b.remaining() / Long.BYTES];
    b.asLongBuffer().get(values);
    return values;
  }

  private static ByteBuffer read(Path file) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
