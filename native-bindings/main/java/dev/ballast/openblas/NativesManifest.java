package dev.ballast.openblas;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The native files that belong to each platform, as pinned in {@code natives.manifest}.
 *
 * @param version version of {@code org.bytedeco:openblas}
 * @param files for each platform's classifier its files, each below those it links to
 */
record NativesManifest(String version, Map<String, List<NativeFile>> files) {
  private static final String RESOURCE = "natives.manifest";

  record NativeFile(String sha256, long bytes, String name) {}

  static NativesManifest read() throws IOException {
    try (InputStream in = NativesManifest.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IOException(RESOURCE + " is missing beside " + NativesManifest.class);
      }
      return parse(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
    }
  }

  private static NativesManifest parse(BufferedReader reader) throws IOException {
    String version = "";
    Map<String, List<NativeFile>> files = new LinkedHashMap<>();
    List<NativeFile> current = new ArrayList<>();
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      String[] words = line.strip().split(" +");
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      } else if (words[0].equals("version")) {
        version = words[1];
      } else if (words[0].equals("platform")) {
        current = new ArrayList<>();
        files.put(words[1], current);
      } else {
        current.add(new NativeFile(words[0], Long.parseLong(words[1]), words[2]));
      }
    }
    return new NativesManifest(version, files);
  }

  List<NativeFile> filesOf(Platform platform) {
    return files.getOrDefault(platform.classifier(), List.of());
  }
}
