package dev.ballast.ir;

import static dev.ballast.tensor.TensorType.f32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ballast.op.Move;
import dev.ballast.op.Ops;
import dev.ballast.op.Unary;
import dev.ballast.op.Update;
import dev.ballast.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every promise of a graph, broken once. */
class GraphVerifierTest {
  private static final TensorType TYPE = f32(2);
  private static final Value.Input X = new Value.Input(0, "x", TYPE);
  private static final Value.Result Y = new Value.Result(1, "", TYPE, 0, 0);
  private static final Value.Result Z = new Value.Result(2, "", TYPE, 1, 0);
  private static final Node FIRST = node(0, X, Y);
  private static final Node SECOND = node(1, Y, Z);

  private static Node node(int index, Value in, Value.Result out) {
    return new Node(index, "", Phase.FORWARD, new Unary.Neg(), List.of(in), List.of(out));
  }

  private static void assertInvalid(String complaint, List<Value> values, List<Node> nodes) {
    assertInvalid(complaint, values, nodes, Map.of(), Map.of());
  }

  private static void assertInvalid(
      String complaint,
      List<Value> values,
      List<Node> nodes,
      Map<String, Value> outputs,
      Map<Value, Value.Result> updates) {
    Throwable e =
        assertThrows(
            IllegalStateException.class, () -> new Graph("g", values, nodes, outputs, updates));
    assertEquals("invalid graph: " + complaint, e.getMessage());
  }

  @Test
  void aGraphThatKeepsItsPromisesPasses() {
    Graph g = new Graph("g", List.of(X, Y, Z), List.of(FIRST, SECOND), Map.of("z", Z), Map.of());
    assertEquals(2, g.nodes().size());
  }

  @Test
  void valuesAreNumberedInOrder() {
    assertInvalid("value %1 stands at index 0", List.of(Y, X), List.of(FIRST));
  }

  @Test
  void everyResultHasItsNode() {
    assertInvalid("result %1 has no node", List.of(X, Y), List.of());
    Value.Result port = new Value.Result(1, "", TYPE, 0, 1);
    assertInvalid("result %1 has no node", List.of(X, port), List.of(FIRST));
    Value.Result negative = new Value.Result(1, "", TYPE, 0, -1);
    assertInvalid("result %1 has no node", List.of(X, negative), List.of(FIRST));
    Value.Result before = new Value.Result(1, "", TYPE, -1, 0);
    assertInvalid("result %1 has no node", List.of(X, before), List.of(FIRST));
  }

  @Test
  void everyNodeOwnsItsResults() {
    Value.Result unlisted = new Value.Result(7, "", TYPE, 1, 0);
    assertInvalid(
        "node 1 neg has the result %7, which belongs elsewhere",
        List.of(X, Y), List.of(FIRST, node(1, X, unlisted)));
    assertInvalid(
        "node 1 neg has the result %1, which belongs elsewhere",
        List.of(X, Y), List.of(FIRST, node(1, X, Y)));
  }

  @Test
  void namesOfSourcesDiffer() {
    Value.Parameter same = new Value.Parameter(1, "x", TYPE);
    assertInvalid("two values are named 'x'", List.of(X, same), List.of());
  }

  @Test
  void nodesAreNumberedInOrder() {
    Value.Result y = new Value.Result(1, "", TYPE, 0, 0);
    assertInvalid("node 5 stands at index 0", List.of(X, y), List.of(node(5, X, y)));
  }

  @Test
  void nodesReadValuesOfTheirGraph() {
    Value.Input foreign = new Value.Input(0, "other", TYPE);
    assertInvalid(
        "node 0 neg reads a value of another graph", List.of(X, Y), List.of(node(0, foreign, Y)));
  }

  @Test
  void nodesStandInTopologicalOrder() {
    assertInvalid(
        "node 0 neg reads %2 before it is computed",
        List.of(X, Y, Z), List.of(node(0, Z, Y), SECOND));
    assertInvalid(
        "node 0 neg reads %1 before it is computed", List.of(X, Y), List.of(node(0, Y, Y)));
  }

  @Test
  void resultTypesAreWhatTheShapeRuleSays() {
    Value.Result wide = new Value.Result(1, "", f32(3), 0, 0);
    assertInvalid(
        "node 0 neg has result types [f32[3]], its shape rule says otherwise",
        List.of(X, wide),
        List.of(node(0, X, wide)));
  }

  @Test
  void outputsAreValuesOfTheGraph() {
    assertInvalid("output 'y' is foreign", List.of(X, Y), List.of(FIRST), Map.of("y", Z), Map.of());
  }

  @Test
  void onlyWhatIsKeptIsUpdated() {
    assertInvalid(
        "update of %0, which is not kept", List.of(X, Y), List.of(FIRST), Map.of(), Map.of(X, Y));
  }

  @Test
  void updatesAreResultsOfTheGraph() {
    Value.State s = new Value.State(0, "s", TYPE);
    assertInvalid(
        "update of 's' with a foreign value",
        List.of(s, Y),
        List.of(node(0, s, Y)),
        Map.of(),
        Map.of(s, Z));
  }

  @Test
  void updatesRunInPlace() {
    Value.State s = new Value.State(0, "s", TYPE);
    Node view =
        new Node(0, "v", Phase.UPDATE, new Move.Reshape(List.of(2)), List.of(s), List.of(Y));
    assertInvalid(
        "node 0 reshape \"v\" can't update 's' in place",
        List.of(s, Y),
        List.of(view),
        Map.of(),
        Map.of(s, Y));
  }

  @Test
  void nobodyReadsATargetAfterItsUpdate() {
    GraphBuilder b = new GraphBuilder("g");
    Expr s = b.state("s", TYPE);
    Expr view = Ops.reshape(s, 2, 1);
    b.update(s, Ops.neg(s));
    b.named("late", () -> Ops.exp(view));
    Throwable e = assertThrows(IllegalStateException.class, b::build);
    assertEquals("invalid graph: node 2 exp \"late\" reads 's' after its update", e.getMessage());
  }

  private static GraphBuilder preparing() {
    GraphBuilder b = new GraphBuilder("g");
    b.input("x", TYPE);
    b.parameter("w", TYPE);
    return b;
  }

  private static Expr prepared(GraphBuilder b, Expr e) {
    return b.during(Phase.PREPARE, () -> Ops.neg(e));
  }

  private static void assertInvalid(String complaint, GraphBuilder b) {
    Throwable e = assertThrows(IllegalStateException.class, b::build);
    assertEquals("invalid graph: " + complaint, e.getMessage());
  }

  @Test
  void whatRunsOnceReadsNothingThatChanges() {
    GraphBuilder input = preparing();
    prepared(input, input.expr(new Value.Input(0, "x", TYPE)));
    assertInvalid("node 0 neg prepares for runs, but reads %0 of a run", input);
    GraphBuilder state = preparing();
    prepared(state, state.state("s", TYPE));
    assertInvalid("node 0 neg prepares for runs, but reads %2 of a run", state);
    GraphBuilder updated = preparing();
    Expr w = updated.expr(new Value.Parameter(1, "w", TYPE));
    prepared(updated, w);
    updated.update(w, Ops.exp(w));
    assertInvalid("node 0 neg prepares for runs, but reads %1 of a run", updated);
  }

  @Test
  void whatRunsOnceComesFirstAndIsNotSeen() {
    GraphBuilder late = preparing();
    Expr w = late.expr(new Value.Parameter(1, "w", TYPE));
    Ops.exp(w);
    prepared(late, w);
    assertInvalid("node 1 neg prepares for runs, but stands within them", late);
    GraphBuilder seen = preparing();
    seen.output("y", prepared(seen, seen.expr(new Value.Parameter(1, "w", TYPE))));
    assertInvalid("node 0 neg prepares for runs, but makes an output", seen);
  }

  @Test
  void aResultUpdatesOneValue() {
    Value.State s = new Value.State(0, "s", TYPE);
    Value.State t = new Value.State(1, "t", TYPE);
    Value.Result r = new Value.Result(2, "", TYPE, 0, 0);
    Node n = new Node(0, "", Phase.UPDATE, new Update.Assign(), List.of(s, t), List.of(r));
    Map<Value, Value.Result> both = new LinkedHashMap<>();
    both.put(s, r);
    both.put(t, r);
    assertInvalid("%2 updates two values", List.of(s, t, r), List.of(n), Map.of(), both);
  }

  @Test
  void theBuilderRefusesWhatItCanSee() {
    GraphBuilder b = new GraphBuilder("g");
    Expr x = b.input("x", TYPE);
    Expr s = b.state("s", TYPE);
    b.output("y", x);
    assertRefused("there is an output 'y' already", () -> b.output("y", x));
    assertRefused("update of 's': the new content must be computed", () -> b.update(s, x));
    b.update(s, Ops.assign(s, x));
    assertRefused("'s' is updated twice", () -> b.update(s, Ops.assign(s, x)));
  }

  private static void assertRefused(String message, Runnable body) {
    Throwable e = assertThrows(IllegalArgumentException.class, body::run);
    assertEquals(message, e.getMessage());
  }
}
