package dev.ballast.format;

import dev.ballast.tensor.ModelFormatException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** The META section: texts by name, in their order. */
final class MetadataCodec {
  private static final int ENTRY_BYTES = 8;

  private MetadataCodec() {}

  static byte[] encode(SequencedMap<String, String> metadata) {
    ByteSink out = new ByteSink("the metadata").u32(metadata.size());
    metadata.forEach((key, text) -> out.string(key).string(text));
    return out.toBytes();
  }

  static SequencedMap<String, String> decode(BoundedReader in) throws ModelFormatException {
    SequencedMap<String, String> metadata = new LinkedHashMap<>();
    int count = in.count(ENTRY_BYTES, "metadata entries");
    for (int i = 0; i < count; i++) {
      long at = in.position();
      String key = in.string("a metadata key");
      if (metadata.put(key, in.string("a metadata text")) != null) {
        throw in.failure(at, "expected another key, found '" + key + "' twice");
      }
    }
    in.end();
    return Collections.unmodifiableSequencedMap(metadata);
  }
}
