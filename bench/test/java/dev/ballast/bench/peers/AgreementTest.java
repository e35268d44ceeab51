package dev.ballast.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AgreementTest {
  private static Outcome outcome(double... weights) {
    return trained(2.5, weights);
  }

  private static Outcome trained(double loss, double... weights) {
    Map<String, double[]> parts = new LinkedHashMap<>();
    parts.put("losses", new double[] {loss});
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
    assertEquals(Map.of(), judge(outcome(1, 2), outcome(1.01, 2), outcome(1, 2.01)));
    assertEquals(Map.of(), judge(outcome(1, 2), outcome(1.01, 2)));
  }

  @Test
  void aSideOfThreeThatIsOffIsNamedWithThePartAndByHowMuch() {
    Map<String, String> off = judge(outcome(3, 4), outcome(3, 4.2), outcome(3, 4));
    assertEquals(Set.of("side 1"), off.keySet());
    assertTrue(
        off.get("side 1").contains("weights differs by 0.040 from the median"), off::toString);
  }

  @Test
  void aLossIsHeldToMoreThanAGradient() {
    assertEquals(Map.of(), judge(trained(2.5, 1), trained(2.500_001, 1), trained(2.5, 1)));
    assertEquals(
        Set.of("side 1"), judge(trained(2.5, 1), trained(2.501, 1), trained(2.5, 1)).keySet());
  }

  @Test
  void ofTwoNeitherIsTrusted() {
    Map<String, String> off = judge(outcome(3, 4), outcome(3, 4.2));
    assertEquals(Set.of("side 0", "side 1"), off.keySet());
    assertTrue(off.get("side 0").contains("0.039 from side 1, and no third"), off::toString);
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
