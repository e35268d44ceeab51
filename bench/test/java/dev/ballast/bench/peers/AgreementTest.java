package dev.ballast.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AgreementTest {
  private static Outcome outcome(double... weights) {
    Map<String, double[]> parts = new LinkedHashMap<>();
    parts.put("losses", new double[] {2.5});
    parts.put("weights", weights);
    return new Outcome(parts);
  }

  private static Map<String, String> judge(Outcome... outcomes) {
    Map<String, Outcome> all = new LinkedHashMap<>();
    for (Outcome o : outcomes) {
      all.put("side " + all.size(), o);
    }
    return Agreement.disqualified(all);
  }

  @Test
  void roundingIsNoDifference() {
    assertEquals(Map.of(), judge(outcome(1, 2), outcome(1.0001, 2), outcome(1, 2.0001)));
    assertEquals(Map.of(), judge(outcome(1, 2), outcome(1.0001, 2)));
  }

  @Test
  void aSideOfThreeThatIsOffIsNamedWithThePartAndByHowMuch() {
    Map<String, String> off = judge(outcome(3, 4), outcome(3, 4.05), outcome(3, 4));
    assertEquals(Set.of("side 1"), off.keySet());
    assertTrue(
        off.get("side 1").contains("weights differs by 0.010 from the median"), off::toString);
  }

  @Test
  void ofTwoNeitherIsTrusted() {
    Map<String, String> off = judge(outcome(3, 4), outcome(3, 4.05));
    assertEquals(Set.of("side 0", "side 1"), off.keySet());
    assertTrue(off.get("side 0").contains("0.010 from side 1, and no third"), off::toString);
  }

  @Test
  void whatIsNotANumberIsOff() {
    assertEquals(
        Set.of("side 2"), judge(outcome(1, 2), outcome(1, 2), outcome(1, Double.NaN)).keySet());
    assertEquals(Set.of("side 0", "side 1"), judge(outcome(1), outcome(Double.NaN)).keySet());
  }

  @Test
  void aSideAloneHasNothingToDifferFrom() {
    assertEquals(Map.of(), judge(outcome(1)));
  }
}
