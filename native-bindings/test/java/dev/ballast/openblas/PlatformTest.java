package dev.ballast.openblas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PlatformTest {
  @Test
  void classifiersAreThoseOfTheMavenArtifact() {
    assertEquals("linux-x86_64", Platform.of("Linux", "amd64").classifier());
    assertEquals("linux-arm64", Platform.of("Linux", "aarch64").classifier());
    assertEquals("macosx-x86_64", Platform.of("Mac OS X", "x86_64").classifier());
    assertEquals("macosx-arm64", Platform.of("Mac OS X", "aarch64").classifier());
    assertEquals("windows-x86_64", Platform.of("Windows 11", "amd64").classifier());
    assertEquals("other-riscv64", Platform.of("FreeBSD", "riscv64").classifier());
  }

  @Test
  void theCacheIsWhereThePropertySays() {
    String before = System.getProperty("ballast.cache");
    try {
      System.setProperty("ballast.cache", "/somewhere/else");
      assertEquals(Path.of("/somewhere/else").toAbsolutePath(), Platform.current().cacheRoot());
      System.clearProperty("ballast.cache");
      assertTrue(Platform.current().cacheRoot().toString().contains("ballast"));
      assertTrue(Platform.of("Mac OS X", "aarch64").cacheRoot().endsWith("Library/Caches/ballast"));
    } finally {
      System.setProperty("ballast.cache", before);
    }
  }
}
