package dev.ballast.bench.peers;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A workload's network as an ONNX model, weights included: the few messages of onnx.proto that it
 * takes, each field by its number there.
 */
final class OnnxModel {
  private static final int IR_VERSION = 9;
  private static final int OPSET = 17;
  private static final int FLOAT = 1;
  private static final int ATTRIBUTE_INT = 2;
  private static final int ATTRIBUTE_INTS = 7;

  private final Message graph = new Message();
  private final float[] weights;
  private int taken;
  private int names;

  private OnnxModel(float[] weights) {
    this.weights = weights;
  }

  static byte[] bytes(PeerWorkload w, float[] weights) {
    OnnxModel m = new OnnxModel(weights);
    String v = "x";
    for (NetLayer l : w.net().layers()) {
      v = m.emit(l, v);
    }
    m.graph.text(2, w.name());
    List<Integer> input = new ArrayList<>(List.of(w.batch()));
    input.addAll(w.net().input());
    m.graph.message(11, value("x", input));
    m.graph.message(12, value(v, List.of(w.batch(), w.net().outputs())));
    Message opset = new Message().text(1, "").number(2, OPSET);
    return new Message()
        .number(1, IR_VERSION)
        .message(7, m.graph)
        .message(8, opset)
        .out
        .toByteArray();
  }

  private String emit(NetLayer layer, String x) {
    return switch (layer) {
      case NetLayer.Linear l -> node("Gemm", inputs(x, l), ints("transB", 1));
      case NetLayer.Conv2d c -> {
        int p = c.padding();
        yield node("Conv", inputs(x, c), ints("pads", p, p, p, p));
      }
      case NetLayer.MaxPool p ->
          node(
              "MaxPool",
              List.of(x),
              ints("kernel_shape", p.size(), p.size()),
              ints("strides", p.size(), p.size()));
      case NetLayer.Plain.RELU -> node("Relu", List.of(x));
      case NetLayer.Plain.SIGMOID -> node("Sigmoid", List.of(x));
      case NetLayer.Plain.FLATTEN -> node("Flatten", List.of(x));
    };
  }

  /** The layer's input and its parameters, which become initializers. */
  private List<String> inputs(String x, NetLayer layer) {
    List<String> all = new ArrayList<>(List.of(x));
    for (int[] shape : layer.parameters()) {
      int n = NetLayer.elements(shape);
      ByteBuffer raw = ByteBuffer.allocate(Float.BYTES * n).order(ByteOrder.LITTLE_ENDIAN);
      raw.asFloatBuffer().put(weights, taken, n);
      taken += n;
      String name = "w" + names++;
      Message tensor = new Message();
      Arrays.stream(shape).forEach(d -> tensor.number(1, d));
      graph.message(5, tensor.number(2, FLOAT).text(8, name).bytes(9, raw.array()));
      all.add(name);
    }
    return all;
  }

  private String node(String op, List<String> inputs, Message... attributes) {
    String result = "v" + names++;
    Message node = new Message();
    inputs.forEach(i -> node.text(1, i));
    node.text(2, result).text(4, op);
    Arrays.stream(attributes).forEach(a -> node.message(5, a));
    graph.message(1, node);
    return result;
  }

  /** One number is an attribute of type INT, several are INTS. */
  private static Message ints(String name, int... values) {
    Message a = new Message().text(1, name);
    Arrays.stream(values).forEach(v -> a.number(values.length == 1 ? 3 : 8, v));
    return a.number(20, values.length == 1 ? ATTRIBUTE_INT : ATTRIBUTE_INTS);
  }

  private static Message value(String name, List<Integer> dims) {
    Message shape = new Message();
    dims.forEach(d -> shape.message(1, new Message().number(1, d)));
    Message tensor = new Message().number(1, FLOAT).message(2, shape);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  /** A message in Protocol Buffers' encoding: numbers, and what has a length. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Message bytes(int field, byte[] value) {
      varint((long) field << 3 | 2);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    Message text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return bytes(field, value.out.toByteArray());
    }

    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7FL) != 0) {
        out.write((int) (rest & 0x7F | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }
  }
}
