package dev.ballast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the account of the process itself costs. */
class BallastTest {
  private static URL url(String entry) {
    try {
      return Path.of(entry).toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** In a loader of its own, so that no other test has loaded it there. */
  @Test
  void toAskForMemoryDoesNotLoadOpenBlas() throws Exception {
    URL[] classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(BallastTest::url)
            .toArray(URL[]::new);
    try (URLClassLoader fresh =
        new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
      Object memory = fresh.loadClass(Ballast.class.getName()).getMethod("memory").invoke(null);
      assertEquals(OptionalLong.of(0), memory.getClass().getMethod("openBlas").invoke(memory));
    }
  }
}
