package dev.ballast.format;

import dev.ballast.tensor.ModelFormatException;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The STAT section: a table of names and types, then the elements. */
final class StatesCodec {
  private static final int ENTRY_BYTES = 9;

  private StatesCodec() {}

  static byte[] table(List<SavedState> states) {
    ByteSink out = new ByteSink("the states").u32(states.size());
    for (SavedState s : states) {
      out.string(s.name());
      TypeCodec.write(s.type(), out);
    }
    return out.toBytes();
  }

  private record Entry(String name, TensorType type) {}

  /**
   * @param section all its bytes, at {@code start} in the file; what is returned lies in it
   */
  static List<SavedState> decode(BoundedReader in, MemorySegment section)
      throws ModelFormatException {
    List<Entry> entries = new ArrayList<>();
    Set<String> names = new HashSet<>();
    int count = in.count(ENTRY_BYTES, "states");
    for (int i = 0; i < count; i++) {
      long at = in.position();
      String name = in.string("a state's name");
      if (!names.add(name)) {
        throw in.failure(at, "expected another state, found '" + name + "' twice");
      }
      entries.add(new Entry(name, TypeCodec.read(in)));
    }
    List<SavedState> states = new ArrayList<>();
    in.skipZeros(Layout.ALIGNMENT);
    for (Entry e : entries) {
      long at = in.position() - in.start();
      in.skip(e.type.bytes(), "state '" + e.name + "'");
      states.add(new SavedState(e.name, e.type, section.asSlice(at, e.type.bytes())));
      in.skipZeros(Layout.ALIGNMENT);
    }
    in.end();
    return states;
  }
}
