package dev.ballast.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettingsTest {
  private static Settings parse(String... arguments) {
    return Settings.parse(arguments, Map.of());
  }

  @Test
  void flagsWinOverTheEnvironment() {
    Settings s =
        Settings.parse(
            new String[] {"--port", "9", "--models", "m", "--publish-seconds", "0.5"},
            Map.of("SERVICE_PORT", "7", "SERVICE_QUEUE", "12", "SERVICE_MEMORY_MIB", "3"));
    assertEquals(9, s.port());
    assertEquals(12, s.queue());
    assertEquals(3L << 20, s.memory());
    assertEquals(Optional.of(Path.of("m")), s.models());
    assertEquals(Duration.ofMillis(500), s.publish());
    assertEquals("127.0.0.1", s.host());
  }

  @Test
  void withoutAnyItListensOnLoopbackAndLeavesMemoryToHeapAndJvm() {
    Settings s = parse();
    assertEquals("127.0.0.1", s.host());
    assertTrue(s.memory() >= 64L << 20);
  }

  @Test
  void whatIsWrongIsNamed() {
    assertSays("--prot: there is no such flag; see --help", "--prot", "1");
    assertSays("--port: a value is missing", "--port");
    assertSays("--port: must be a number from 0 to 65535, not '70000'", "--port", "70000");
    assertSays("--sessions: must be a number from 1 to 256, not 'two'", "--sessions", "two");
    assertSays(
        "--publish-seconds: must be a number from 0.01 to 1000000, not '0'",
        "--publish-seconds",
        "0");
  }

  private static void assertSays(String message, String... arguments) {
    assertEquals(
        message, assertThrows(IllegalArgumentException.class, () -> parse(arguments)).getMessage());
  }

  @Test
  void eachFlagIsInTheHelp() {
    for (String flag :
        new String[] {
          "host", "port", "model", "models", "memory-mib", "sessions", "queue", "publish-seconds"
        }) {
      assertTrue(Settings.USAGE.contains("  --" + flag + " "), flag);
    }
  }
}
