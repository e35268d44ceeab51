package dev.ballast.runtime;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tensors that PyTorch was given and those it computed, as {@code goldens.py} wrote them; the
 * format is described there.
 */
public record Golden(String name, Map<String, Literal> given, Map<String, Literal> expected) {

  /** All goldens of a file, in its order. */
  public static List<Golden> read(String file) {
    List<Golden> all = new ArrayList<>();
    for (String line : lines(file)) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "graph" -> all.add(new Golden(words[1], new LinkedHashMap<>(), new LinkedHashMap<>()));
        case "given" -> all.getLast().given.put(words[1], literal(words));
        case "expect" -> all.getLast().expected.put(words[1], literal(words));
        default -> throw new IllegalArgumentException(file + ": " + words[0]);
      }
    }
    return all;
  }

  private static List<String> lines(String file) {
    try (InputStream in = Golden.class.getResourceAsStream("/goldens/" + file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Literal literal(String[] words) {
    int[] dims =
        words[3].equals("-")
            ? new int[0]
            : Arrays.stream(words[3].split("x")).mapToInt(Integer::parseInt).toArray();
    double[] elements = Arrays.stream(words).skip(4).mapToDouble(Double::parseDouble).toArray();
    return Literal.of(new TensorType(DType.of(words[2]), Shape.of(dims)), elements);
  }

  /** The same numbers with floating tensors in another dtype. */
  public static Literal as(DType floating, Literal l) {
    double[] elements = new double[(int) l.type().elements()];
    Arrays.setAll(elements, l::get);
    DType dtype = l.type().dtype().isFloating() ? floating : l.type().dtype();
    return Literal.of(l.type().withDType(dtype), elements);
  }
}
