package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths, counted and listed: their products sum to the gradient. */
class PathsCommandTest {
  @TempDir Path folder;

  private static String ladder(int diamonds) {
    StringBuilder s = new StringBuilder("x0 = x + 0\n");
    for (int i = 0; i < diamonds; i++) {
      s.append("l").append(i).append(" = x").append(i).append(" * 2\n");
      s.append("r").append(i).append(" = x").append(i).append(" * 3\n");
      s.append("x").append(i + 1).append(" = l").append(i).append(" + r").append(i).append('\n');
    }
    return s.toString();
  }

  @Test
  void theTwoRecurrencesStandSideBySide() {
    String out =
        CommandRun.done("paths", "z = x + y; b = sigmoid(x); z * b", "--at", "x=1", "--at", "y=2")
            .out();
    assertEquals(
        """
        paths(u) = Σ paths(v)   |   ∂L/∂u = Σ ∂L/∂v·∂v/∂u   over the uses v of u

        u  used by  paths      ∂L/∂u
        L           1          1
        b  L        1          1·3 = 3
        z  L        1          1·0.731059 = 0.731059
        y  z        1          0.731059·1 = 0.731059
        x  z, b     1 + 1 = 2  0.731059·1 + 3·0.196612 = 1.32089

        x → z → L: 1 · 0.731059 = 0.731059
        x → b → L: 0.196612 · 3 = 0.589836
          2 paths: their sum is 1.32089, the backward pass says ∂L/∂x = 1.32089

        y → z → L: 1 · 0.731059 = 0.731059
          1 path: its product is 0.731059, the backward pass says ∂L/∂y = 0.731059
        """,
        out);
  }

  @Test
  void tenThousandDiamondsHaveTwoToTheTenThousandPaths() throws IOException {
    Path file = Files.writeString(folder.resolve("ladder.expr"), ladder(10_000));
    CommandRun text = CommandRun.done("paths", file);
    assertTrue(
        text.out()
            .endsWith(
                "there are 1995…9376 (3011 digits) paths from the variables to x10000: not listed,"
                    + " since --limit is 1000\n"),
        text.out());
    JsonNode j = CommandRun.done("paths", file, "--json").json();
    assertEquals(BigInteger.TWO.pow(10_000), new BigInteger(j.get("total").asText()));
    assertEquals(BigInteger.TWO.pow(10_000), new BigInteger(j.get("counts").get("x").asText()));
    assertEquals(30_002, j.get("nodes").size());
    assertFalse(j.get("listed").asBoolean());
    String told = CommandRun.complaint("paths", file, "--list");
    assertTrue(told.contains("--limit is 1000"), told);
  }

  /** A walk over paths would take longer than the universe is old. */
  @Test
  void countingIsAWalkOverNodes() throws IOException {
    Path file = Files.writeString(folder.resolve("ladder.expr"), ladder(10_000));
    assertTimeout(Duration.ofMinutes(1), () -> CommandRun.done("paths", file));
  }

  /** (2 + 3)ⁿ is the sum over the 2ⁿ products of twos and threes. */
  @Test
  void theProductsOfALadderSumToItsPower() throws IOException {
    Path file = Files.writeString(folder.resolve("ladder.expr"), ladder(6));
    JsonNode j = CommandRun.done("paths", file, "--at", "x=1", "--json").json();
    assertEquals(64, j.get("total").asInt());
    assertEquals(64, j.get("paths").size());
    double sum = 0;
    for (JsonNode p : j.get("paths")) {
      double product = 1;
      for (JsonNode f : p.get("factors")) {
        product *= f.asDouble();
      }
      assertEquals(product, p.get("product").asDouble());
      sum += product;
    }
    assertEquals(Math.pow(5, 6), sum);
    assertEquals(Math.pow(5, 6), j.get("sums").get("x").get("paths").asDouble());
    assertEquals(Math.pow(5, 6), j.get("sums").get("x").get("gradient").asDouble());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x*x*x + y",
        "a = exp(x) * y; b = a / x; sigmoid(a - b) * tanh(b) + a",
        "max(x, y) * (x - y)^2 + softplus(x*y)",
        "v = [1,2,3] * x; w = v * y; v @ w + sum(v)",
        "m = [[1,2],[3,4]] * x; sum((m @ m') * y) + max(m) + mean(m @ [x_, 1] * 0)",
      })
  void theSumOverPathsIsTheGradient(String text) throws IOException {
    String function = text.replace("[x_, 1]", "[5, 1]");
    JsonNode j =
        CommandRun.done("paths", function, "--at", "x=0.7", "--at", "y=-1.3", "--json").json();
    JsonNode gradients =
        CommandRun.done("grad", function, "--at", "x=0.7", "--at", "y=-1.3", "--json")
            .json()
            .get("gradients");
    int listed = 0;
    for (String name : new String[] {"x", "y"}) {
      JsonNode sums = j.get("sums").get(name);
      double gradient = gradients.get(name).asDouble();
      assertEquals(gradient, sums.get("gradient").asDouble());
      assertEquals(gradient, sums.get("paths").asDouble(), 1e-12 * Math.max(1, Math.abs(gradient)));
      listed += j.get("counts").get(name).asInt();
    }
    assertEquals(listed, j.get("paths").size());
  }

  @Test
  void aTensorIsCarriedAlongEachPath() throws IOException {
    JsonNode j =
        CommandRun.done(
                "paths",
                "sum((W @ x) * x)",
                "--at",
                "x=[1,2]",
                "--at",
                "W=[[1,2],[3,4]]",
                "--from",
                "x",
                "--json")
            .json();
    // ∂/∂x Σ (Wx)ᵢ xᵢ = Wᵀx + Wx, a summand for each use.
    assertEquals(2, j.get("paths").size());
    assertEquals("[7.0,10.0]", j.get("paths").get(0).get("product").toString());
    assertEquals("[5.0,11.0]", j.get("paths").get(1).get("product").toString());
    assertEquals("[12.0,21.0]", j.get("sums").get("x").get("gradient").toString());
  }

  @Test
  void withoutValuesThereAreCountsAlone() {
    String out = CommandRun.done("paths", "a = x*x; a*a").out();
    assertEquals(
        """
        paths(u) = Σ paths(v)   over the uses v of u

        u  used by  paths
        L           1
        a  L, L     1 + 1 = 2
        x  a, a     2 + 2 = 4

        x → a → L
        x → a → L
        x → a → L
        x → a → L
        """,
        out);
  }

  @Test
  void stepsThatLeadNowhereHaveNoPath() throws IOException {
    JsonNode j = CommandRun.done("paths", "a = x*x; b = a + y; y*3", "--json").json();
    assertEquals(0, j.get("counts").get("x").asInt());
    assertEquals(1, j.get("counts").get("y").asInt());
    assertEquals("[]", j.get("nodes").get(0).get("users").toString());
  }

  @Test
  void theLimitAndTheStartAreTheUsers() {
    String out = CommandRun.done("paths", "a = x*x; a*a", "--limit", "3").out();
    assertTrue(
        out.endsWith("there are 4 paths from the variables to L: not listed, since --limit is 3\n"),
        out);
    out = CommandRun.done("paths", "a = x*x; a*a", "--limit", "3", "--from", "a").out();
    assertTrue(out.endsWith("\na → L\na → L\n"), out);
    String told = CommandRun.complaint("paths", "x*x", "--from", "q");
    assertTrue(told.contains("--from q: there is no such node"), told);
    told = CommandRun.complaint("paths", "k = 7; x*k", "--from", "k");
    assertTrue(told.contains("--from k: no variable moves it"), told);
    assertEquals(Main.WRONG_USAGE, CommandRun.of("paths", "x", "--limit", "-1").status());
  }
}
