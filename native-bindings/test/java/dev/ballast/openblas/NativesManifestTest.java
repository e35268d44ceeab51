package dev.ballast.openblas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.openblas.NativesManifest.NativeFile;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NativesManifestTest {
  @Test
  void theManifestPinsTheVersionThatTheBuildUses() throws Exception {
    Properties jar = new Properties();
    String resource = "META-INF/maven/org.bytedeco/openblas/pom.properties";
    try (InputStream in = getClass().getClassLoader().getResourceAsStream(resource)) {
      jar.load(in);
    }
    assertEquals(jar.getProperty("version"), NativesManifest.read().version());
  }

  @Test
  void theFilesOfThisPlatformAreThePinnedOnes() throws Exception {
    Platform platform = Platform.current();
    NativeSource source = NativeSource.ofJarFor(platform);
    List<NativeFile> files = NativesManifest.read().filesOf(platform);
    assertFalse(files.isEmpty(), "no natives are pinned for " + platform.classifier());
    for (NativeFile file : files) {
      try (InputStream in = source.open(file.name()).orElseThrow()) {
        byte[] content = in.readAllBytes();
        byte[] sum = MessageDigest.getInstance("SHA-256").digest(content);
        NativeFile actual =
            new NativeFile(HexFormat.of().formatHex(sum), content.length, file.name());
        assertEquals(file, actual, "put this line into natives.manifest");
      }
    }
  }

  @Test
  void everyPlatformOfTheBuildIsPinnedAndEndsWithOpenBlasItself() throws Exception {
    NativesManifest manifest = NativesManifest.read();
    assertEquals(
        Set.of("linux-x86_64", "linux-arm64", "macosx-x86_64", "macosx-arm64", "windows-x86_64"),
        manifest.files().keySet());
    for (List<NativeFile> files : manifest.files().values()) {
      assertTrue(files.getLast().name().startsWith("libopenblas."), files.toString());
    }
  }
}
