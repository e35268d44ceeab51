package dev.ballast.format;

import dev.ballast.tensor.ModelFormatException;
import java.util.Map;
import java.util.TreeMap;

/** The one-byte codes of an enumeration: what stands in files, whatever becomes of the enum. */
record Codes<T extends Enum<T>>(String noun, Map<Integer, T> byCode) {
  Codes {
    byCode = Map.copyOf(byCode);
  }

  int code(T value) {
    for (Map.Entry<Integer, T> e : byCode.entrySet()) {
      if (e.getValue() == value) {
        return e.getKey();
      }
    }
    throw new IllegalArgumentException(noun + " " + value + " has no code in model files");
  }

  T read(BoundedReader in) throws ModelFormatException {
    long at = in.position();
    int code = in.u8(noun);
    T value = byCode.get(code);
    if (value == null) {
      String known = new TreeMap<>(byCode).toString();
      throw in.failure(at, "expected a " + noun + " " + known + ", found " + code);
    }
    return value;
  }
}
