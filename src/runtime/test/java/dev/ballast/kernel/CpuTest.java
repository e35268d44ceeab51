package dev.ballast.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CpuTest {
  private static final String INFO =
      "vendor_id\t: A B\nmodel\t\t: 2\nmodel name\t: X\nflags\nmodel\t: 3";

  @Test
  void theFirstLineWithAKeyCounts() {
    assertEquals("A B", Cpu.value(INFO, "vendor_id"));
    assertEquals("2", Cpu.value(INFO, "model\t"));
    assertEquals("X", Cpu.value(INFO, "model name"));
    assertEquals("", Cpu.value(INFO, "cpu family"), "there is none");
    assertEquals("flags", Cpu.value(INFO, "flags"), "a line without a colon");
    assertEquals("", Cpu.value("", "model"));
  }

  @Test
  void theNameIsFitForAFile() {
    assertTrue(Cpu.name().matches("[a-z0-9]+(-[a-z0-9]+)*"), Cpu.name());
  }
}
