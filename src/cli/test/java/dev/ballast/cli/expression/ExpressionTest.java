package dev.ballast.cli.expression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the language takes, what it makes of it, and how it complains. */
class ExpressionTest {
  private static Expression parse(String text) {
    return Expression.parse(text, "expression");
  }

  /** The complaint, its first line, the source and the caret. */
  private static List<String> complaint(String text) {
    Throwable e = assertThrows(ExpressionException.class, () -> parse(text), text);
    return e.getMessage().lines().toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x + )          | 1:5 | found ')', expected a number, a name, '(', '[' or '-'",
        "x +            | 1:4 | found the end, expected a number, a name, '(', '[' or '-'",
        "2x             | 1:2 | found 'x' in a number, expected an operator such as '*'",
        "1.5.2          | 1:4 | found '.' in a number, expected an operator such as '*'",
        "x y            | 1:3 | found the name 'y', expected an operator, ';' or the end of the"
            + " line",
        "x )            | 1:3 | found ')', expected an operator, ';' or the end of the line",
        "(x + 1         | 1:7 | found the end, expected an operator or the ')' that closes the '('"
            + " at 1:1",
        "max(x; y)      | 1:6 | found ';', expected an operator, ',' or the ')' that closes the '('"
            + " at 1:4",
        "max(1,2,3)     | 1:4 | max takes 1 or 2 values, found 3",
        "exp(1,2)       | 1:4 | exp takes 1 value, found 2",
        "exp()          | 1:5 | found ')', expected a number, a name, '(', '[' or '-'",
        "(1, 2)         | 1:3 | found ',', expected an operator or the ')' that closes the '(' at"
            + " 1:1",
        "b = 1; b = 2   | 1:8 | the name 'b' is bound already, at 1:1",
        "y = b; b = 2   | 1:8 | the name 'b' is bound here, but was read as a given value at 1:5",
        "f = 1 + f      | 1:9 | the name 'f' is read in its own binding",
        "log = 3        | 1:1 | log is a function: expected '(' after it, or another name",
        "1 + tanh       | 1:5 | tanh is a function: expected '(' after it, or another name",
        "x; y           | 1:1 | this value has no name and is not the last: write NAME = … before"
            + " it",
        "[1, x]         | 1:5 | found the name 'x', expected a number (a literal holds numbers, no"
            + " names)",
        "[[1,2],[3]]    | 1:8 | rows differ in length: 1 here, 2 above",
        "[1, 2          | 1:6 | found the end, expected ',' or ']'",
        "a $ b          | 1:3 | found the character '$' (U+0024), expected a number, a name or an"
            + " operator",
        "ŷ $ b          | 1:3 | found the character '$' (U+0024), expected a number, a name or an"
            + " operator",
        "at x = 1       | 1:9 | found the end, expected an expression, such as x^2 + 1",
        "at q = 1; x    | 1:4 | 'q' does not occur in the expression",
        "at x = y; x    | 1:8 | found the name 'y', expected a number or '['",
        "at b = 1; b = 2| 1:4 | 'b' is computed, at 1:11: it can't be given a value",
        "1e999          | 1:1 | the number 1e999 is too large for 64 bits",
        "x + .          | 1:5 | found '.', expected digits beside it",
      })
  void aMistakeIsPointedAtAndWhatWasExpectedIsSaid(String text, String place, String message) {
    List<String> lines = complaint(text.strip());
    assertEquals("expression:" + place + ": " + message, lines.getFirst());
    assertEquals(3, lines.size());
    int column = Integer.parseInt(place.substring(2));
    assertEquals(" ".repeat(1 + column) + "^", lines.getLast());
  }

  @Test
  void anUnknownFunctionIsToldWithThoseThereAre() {
    String first = complaint("1 + foo(x)").getFirst();
    assertTrue(first.startsWith("expression:1:5: there is no function 'foo', only abs, "), first);
    assertTrue(first.endsWith("a product is written foo * (…)"), first);
  }

  @Test
  void theLineOfAFileIsShownWithItsTabs() {
    List<String> lines = complaint("a = 1\n\tb = a + * 2\nb");
    assertEquals(
        "expression:2:10: found '*', expected a number, a name, '(', '[' or '-'", lines.get(0));
    assertEquals("  \tb = a + * 2", lines.get(1));
    assertEquals("  \t        ^", lines.get(2));
  }

  @Test
  void aCaretStandsUnderALetterWithItsAccents() {
    List<String> lines = complaint("y\u0302 + )");
    assertEquals(
        "expression:1:5: found ')', expected a number, a name, '(', '[' or '-'", lines.get(0));
    assertEquals("      ^", lines.get(2));
  }

  @Test
  void ofALongLineAPartIsShown() {
    List<String> lines = complaint("x + ".repeat(10_000) + ")" + " + x".repeat(100));
    assertTrue(lines.get(0).startsWith("expression:1:40001: found ')'"), lines.get(0));
    assertTrue(lines.get(1).length() < 140, lines.get(1));
    assertEquals(lines.get(1).indexOf(')'), lines.get(2).indexOf('^'));
  }

  @Test
  void anAccentedLetterIsOneNameHoweverItWasTyped() {
    Expression e = parse("\u0177 = x * 2; y\u0302 + 1");
    assertEquals(List.of("x"), e.variables().stream().map(Step.Variable::given).toList());
  }

  @Test
  void namesMayBeGreekAndHaveIndices() {
    Expression e = parse("θ₁ * σ(_b2) + σ");
    assertEquals(
        List.of("θ₁", "_b2", "σ"), e.variables().stream().map(Step.Variable::given).toList());
  }

  @Test
  void operandsStandBeforeOperatorsAndBindingsNameTheirSteps() {
    Expression e = parse("z = x + y # the sum\nb = sigmoid(x)\n\nz * b");
    assertEquals(
        List.of("x", "y", "z", "b"),
        e.steps().stream().map(Step::name).flatMap(Optional::stream).toList());
    assertEquals(4, e.result());
    assertEquals(List.of(2, 3), e.steps().get(4).operands());
  }

  @Test
  void linesGoOnInsideParenthesesAndAfterAnOperator() {
    Expression e = parse("z = (x\n  + y\n) *\n  2\nsum(\n[1,\n 2]) * z");
    assertEquals(
        List.of(Operator.ADD, Operator.MUL, Operator.SUM, Operator.MUL),
        e.steps().stream()
            .filter(Step.Application.class::isInstance)
            .map(s -> ((Step.Application) s).operator())
            .toList());
  }

  @Test
  void longTextsTakeNoMoreStackThanShortOnes() {
    String sum = IntStream.range(0, 100_000).mapToObj(i -> "x").collect(Collectors.joining("+"));
    assertEquals(1 + 99_999, parse(sum).steps().size());
    String power = IntStream.range(0, 100_000).mapToObj(i -> "x").collect(Collectors.joining("^"));
    assertEquals(1 + 99_999, parse(power).steps().size());
    assertEquals(1 + 100_000, parse("-".repeat(100_000) + "x").steps().size());
    StringBuilder bindings = new StringBuilder("a0 = x\n");
    for (int i = 1; i <= 30_000; i++) {
      bindings.append("a").append(i).append(" = sin(a").append(i - 1).append(")\n");
    }
    assertEquals(1 + 30_000, parse(bindings.toString()).steps().size());
  }

  @Test
  void deepParenthesesAreRefused() {
    parse("(".repeat(1000) + "x" + ")".repeat(1000));
    String first = complaint("(".repeat(1001) + "x" + ")".repeat(1001)).getFirst();
    assertEquals(
        "expression:1:1001: parentheses are nested deeper than 1000: name the parts with NAME = …",
        first);
  }

  @Test
  void aFileMayGiveThePointAndTheCommandLineOverridesIt(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("f.expr");
    Files.writeString(file, "at x = -1\nat w = [[1, 2], [3, -4]]\nsum(w) * x");
    Expression e = Expression.read(file.toString());
    Literal w = Literal.of(TensorType.f64(2, 2), 1, 2, 3, -4);
    Literal minus = Literal.of(TensorType.f64(), -1);
    assertEquals(Map.of("x", minus, "w", w), e.point(List.of()));
    Literal vector = Literal.of(TensorType.f64(2), 5, 6);
    assertEquals(Map.of("x", minus, "w", vector), e.point(List.of("w = [5, 6]")));
  }

  @Test
  void valuesAndVariablesMustMatch() {
    Expression e = parse("x * y");
    assertEquals(
        "expression:1:5: 'y' has no value: give it one with --at y=…",
        refusal(e, "x=1").lines().findFirst().orElseThrow());
    assertEquals(
        "--at q: is no variable of expression, which has x, y", refusal(e, "x=1", "y=2", "q=3"));
    assertEquals("--at x: is given twice", refusal(e, "x=1", "x=2", "y=2"));
    assertTrue(refusal(e, "x").startsWith("--at:1:2: found the end, expected '=', as in x=1"));
    assertTrue(
        refusal(e, "x=1 2").startsWith("--at:1:5: found the number 2, expected nothing more"));
  }

  private static String refusal(Expression e, String... given) {
    return assertThrows(ExpressionException.class, () -> e.point(List.of(given))).getMessage();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1,2] + [1,2,3] | 1:7 | '+': shapes [2] and [3] do not broadcast (2 ≠ 3)",
        "2 @ [1,2]       | 1:3 | '@': needs vectors or matrices, not [] and [2]; '*' scales",
        "[1,2] @ [1,2,3] | 1:7 | '@': cannot multiply [2] by [3] (2 ≠ 3)",
        "[[1,2]] @ [[1,2]] | 1:9 | '@': cannot multiply [1x2] by [1x2] (2 ≠ 1)",
        "max([1,2],[[1],[2],[3]] @ [[1,1,1]]) | 1:1 | 'max': shapes [2] and [3x3] do not broadcast"
            + " (2 ≠ 3)",
      })
  void shapesThatDoNotFitArePointedAt(String text, String place, String message) {
    Throwable e =
        assertThrows(
            ExpressionException.class, () -> parse(text).emit(new GraphBuilder("test"), Map.of()));
    assertEquals(
        "expression:" + place + ": " + message, e.getMessage().lines().findFirst().orElseThrow());
  }

  @Test
  void theMatrixProductOfVectorsIsNumpys() {
    Expression e =
        parse("a = v @ v; b = m @ v; c = v @ m; d = m @ m; e = m'; a + sum(b + c + d + e)");
    TensorType vector = TensorType.f64(2);
    TensorType matrix = TensorType.f64(2, 2);
    List<Expr> values = e.emit(new GraphBuilder("test"), Map.of("v", vector, "m", matrix));
    List<TensorType> named =
        IntStream.range(0, values.size())
            .filter(i -> e.steps().get(i) instanceof Step.Application a && a.name().isPresent())
            .mapToObj(i -> values.get(i).type())
            .toList();
    assertEquals(List.of(TensorType.f64(), vector, vector, matrix, matrix), named);
  }
}
