package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ballast.cli.picture.PlanPage;
import dev.ballast.cli.picture.PlanPage.Variant;
import dev.ballast.ir.Graph;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Layer;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Sgd;
import dev.ballast.plan.Buffer;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.PlanRule;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Graphs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as one meets it: pointed at, clicked and typed into in a real browser. */
class PlanPageBrowserTest {
  @TempDir Path folder;
  private final List<Browser> open = new ArrayList<>();

  @AfterEach
  void nothingWasComplainedOfOrFetched() throws Exception {
    for (Browser b : open) {
      b.eval("0");
      assertEquals(List.of(), b.complaints);
      assertTrue(b.requests.stream().allMatch(r -> r.startsWith("file:")), b.requests.toString());
      assertEquals(1, b.requests.size(), b.requests.toString());
      b.close();
    }
  }

  @Test
  void pointingAtABufferTellsWhatItIs() throws Exception {
    Plan plan = deep(3, PlanOptions.defaults());
    Browser b = open(plan);
    for (Buffer buffer : largest(plan, 5)) {
      point(b, buffer);
      String told = b.text("#details");
      assertTrue(told.startsWith(buffer.name()), told);
      assertTrue(told.contains(String.format(Locale.ROOT, "%,d", buffer.bytes())), told);
      assertTrue(told.contains("SCRATCH + "), told);
      assertTrue(told.contains("step " + buffer.from() + ","), told);
      assertTrue(told.contains("step " + (buffer.to() - 1) + ","), told);
      String type = buffer.values().getFirst().type().toString();
      assertTrue(told.contains(type), told);
      assertTrue(told.contains("kept alive by"), told);
      for (int reader : readers(plan, buffer)) {
        assertTrue(told.contains("read by step " + reader + ","), reader + " " + told);
      }
    }
  }

  @Test
  void aClickPinsABufferAndEscapeLetsItGo() throws Exception {
    Plan plan = deep(3, PlanOptions.defaults());
    Browser b = open(plan);
    Buffer first = largest(plan, 1).getFirst();
    JsonNode at = centre(b, first);
    b.click(at.get(0).asDouble(), at.get(1).asDouble());
    b.move(5, 5);
    assertTrue(b.text("#details").startsWith(first.name() + " (pinned)"), b.text("#details"));
    assertEquals(
        first.id(), b.eval("Number(document.querySelector('tr.chosen').dataset.id)").asInt());
    b.eval("el('map').focus()");
    b.press("Escape");
    assertTrue(b.text("#details").startsWith("Point at"), b.text("#details"));
  }

  @Test
  void switchingReuseOffShowsTheBytesThatItWouldTake() throws Exception {
    Plan plan = deep(3, PlanOptions.defaults());
    Plan none = deep(3, PlanOptions.defaults().withReuse(false));
    Browser b = open(List.of(new Variant("no reuse", none), new Variant("all", plan)));
    assertEquals(plan.arenaBytes(), b.eval("Number(document.body.dataset.arena)").asLong());
    b.clickOn("document.querySelector('input[value=\"no reuse\"]')");
    assertEquals(plan.noReuseBytes(), b.eval("Number(document.body.dataset.arena)").asLong());
    String exact = String.format(Locale.ROOT, "%,d bytes", plan.noReuseBytes());
    assertTrue(b.text("#facts").contains(exact), b.text("#facts"));
    assertTrue(b.text("#chosen").contains("more than the plan itself"), b.text("#chosen"));
  }

  @Test
  void everyBufferOfScratchIsDrawnAndOfAllRegionsWhenAsked() throws Exception {
    Plan plan = deep(3, PlanOptions.defaults());
    Browser b = open(plan);
    assertEquals(plan.buffers(Region.SCRATCH).size(), drawn(b));
    b.clickOn("el('whole')");
    assertEquals(plan.buffers().size(), drawn(b));
  }

  @Test
  void aSearchDimsWhatItDoesNotFind() throws Exception {
    Plan plan = deep(3, PlanOptions.defaults());
    Browser b = open(plan);
    String before = pixels(b, "map");
    b.clickOn("el('find')");
    b.type("FC1");
    long wanted =
        plan.buffers().stream()
            .filter(x -> x.name().toLowerCase(Locale.ROOT).contains("fc1"))
            .count();
    assertEquals(wanted + " of " + plan.buffers().size(), b.text("#found"));
    assertNotEquals(before, pixels(b, "map"));
  }

  @Test
  void theTableIsSortedByTheColumnThatIsClicked() throws Exception {
    Plan plan = deep(3, PlanOptions.defaults());
    Browser b = open(plan);
    long largest = plan.buffers().stream().mapToLong(Buffer::bytes).max().orElseThrow();
    String first = "document.querySelector('tbody tr').cells[%d].textContent";
    assertEquals(String.format(Locale.ROOT, "%,d", largest), b.eval(first.formatted(3)).asText());
    b.clickOn("document.querySelectorAll('thead button')[0]");
    String name = plan.buffers().stream().map(Buffer::name).min(Comparator.naturalOrder()).get();
    assertEquals(name, b.eval(first.formatted(0)).asText());
    b.clickOn("document.querySelectorAll('thead button')[3]");
    b.clickOn("document.querySelectorAll('thead button')[3]");
    long least = plan.buffers().stream().mapToLong(Buffer::bytes).min().orElseThrow();
    assertEquals(String.format(Locale.ROOT, "%,d", least), b.eval(first.formatted(3)).asText());
    b.clickOn("document.querySelector('tbody button')");
    assertTrue(b.text("#details").contains("(pinned)"), b.text("#details"));
  }

  @Test
  void thePeakIsAClickOrAKeyAway() throws Exception {
    Plan plan = deep(12, PlanOptions.defaults());
    Browser b = open(plan);
    JsonNode at =
        b.eval(
            "(r => [r.x + x(plan.peak + 0.5), r.y + LOAD_TOP + 10])"
                + "(el('map').getBoundingClientRect())");
    b.click(at.get(0).asDouble(), at.get(1).asDouble());
    double wide = b.eval("view.x1 - view.x0").asDouble();
    assertTrue(wide < plan.steps().size() / 2.0, "still shows " + wide + " steps");
    assertShowsPeak(b, plan);
    b.press("Home");
    assertEquals(plan.steps().size(), b.eval("view.x1 - view.x0").asDouble());
    b.press("P");
    assertEquals(wide, b.eval("view.x1 - view.x0").asDouble(), 1e-9);
    assertShowsPeak(b, plan);
  }

  private static void assertShowsPeak(Browser b, Plan plan) throws Exception {
    assertTrue(b.eval("view.x0").asDouble() <= plan.peakStep());
    assertTrue(b.eval("view.x1").asDouble() >= plan.peakStep() + 1);
  }

  @Test
  void arrowsWalkThroughTheBuffersAndEnterPinsOne() throws Exception {
    Plan plan = deep(3, PlanOptions.defaults());
    Browser b = open(plan);
    List<Buffer> born =
        plan.buffers(Region.SCRATCH).stream()
            .sorted(Comparator.comparing(Buffer::from).thenComparing(Buffer::offset))
            .toList();
    b.eval("el('map').focus()");
    b.press("ArrowRight");
    assertTrue(b.text("#details").startsWith(born.getFirst().name()), b.text("#details"));
    b.press("ArrowRight");
    assertEquals(born.get(1).id(), b.eval("hovered").asInt());
    b.press("ArrowLeft");
    b.press("ArrowLeft");
    assertEquals(born.getLast().id(), b.eval("hovered").asInt());
    b.press("Enter");
    assertEquals(born.getLast().id(), b.eval("pinned").asInt());
    assertTrue(b.text("#details").contains("(pinned)"), b.text("#details"));
  }

  @Test
  void theWheelZoomsAroundThePointerAndDraggingPans() throws Exception {
    Plan plan = deep(12, PlanOptions.defaults());
    Browser b = open(plan);
    JsonNode at =
        b.eval(
            "(r => [r.x + LEFT + width() / 2, r.y + mapTop() + height() / 2])"
                + "(el('map').getBoundingClientRect())");
    double x = at.get(0).asDouble();
    double y = at.get(1).asDouble();
    double middle = b.eval("(view.x0 + view.x1) / 2").asDouble();
    for (int i = 0; i < 6; i++) {
      b.wheel(x, y, -100);
    }
    assertEquals(
        plan.steps().size() / Math.pow(1.2, 6), b.eval("view.x1 - view.x0").asDouble(), 0.1);
    assertEquals(middle, b.eval("(view.x0 + view.x1) / 2").asDouble(), 0.5);
    double before = b.eval("view.x0").asDouble();
    double span = b.eval("(view.x1 - view.x0) / width()").asDouble();
    b.drag(x, y, x + 60, y);
    assertEquals(before - 60 * span, b.eval("view.x0").asDouble(), 0.05);
    assertEquals(-1, b.eval("pinned").asInt());
  }

  @Test
  void pointingDrawsOnlyOnTheCanvasAbove() throws Exception {
    Plan plan = deep(3, PlanOptions.defaults());
    Browser b = open(plan);
    String map = pixels(b, "map");
    String over = pixels(b, "over");
    point(b, largest(plan, 1).getFirst());
    b.text("#details");
    assertEquals(map, pixels(b, "map"));
    assertNotEquals(over, pixels(b, "over"));
  }

  @Test
  void whatRunsAgainIsToldApart() throws Exception {
    Plan plan = deep(24, PlanOptions.defaults());
    long budget = plan.arenaBytes() - plan.bytes(Region.SCRATCH) / 3;
    Plan within = deep(24, PlanOptions.defaults().withBudget(budget));
    assertTrue(within.recomputation().nodes() > 0, within.toString());
    Browser b =
        open(List.of(new Variant("+ reorder", plan), new Variant("+ recomputation", within)));
    assertEquals(within.recomputation().nodes(), b.eval("plan.firstOf.size").asInt());
    assertTrue(b.text("#legend").contains("computed again"), b.text("#legend"));
    int id = b.eval("plan.scratch.boxes.find(o => o.again).id").asInt();
    point(b, within.buffers().get(id));
    assertTrue(b.text("#details").contains("computed again; first at step"), b.text("#details"));
    b.clickOn("document.querySelector('input[value=\"+ reorder\"]')");
    assertEquals(0, b.eval("plan.firstOf.size").asInt());
    assertEquals(plan.arenaBytes(), b.eval("Number(document.body.dataset.arena)").asLong());
  }

  @Test
  void theBoundThatIsDrawnIsTheOneThatIsProven() throws Exception {
    Plan plan = deep(3, PlanOptions.defaults());
    Plan none = deep(3, PlanOptions.defaults().withReuse(false));
    long bytes = none.bytes(Region.SCRATCH);
    Browser b =
        open(
            List.of(
                new Variant("gap", proven(none, bytes - 64)),
                new Variant("exhausted", proven(none, bytes)),
                new Variant("load", plan)));
    assertTrue(b.eval("peakText()").asText().endsWith("= lower bound, reached"));
    b.clickOn("document.querySelector('input[value=exhausted]')");
    assertEquals(bytes, b.eval("plan.proven").asLong());
    String searched = b.eval("peakText()").asText();
    assertTrue(searched.endsWith("proven by search and reached"), searched);
    b.clickOn("document.querySelector('input[value=gap]')");
    String gap = b.eval("peakText()").asText();
    assertTrue(gap.contains("proven by search; placed in"), gap);
  }

  private static Plan proven(Plan p, long bytes) {
    return new Plan(
        p.graph(),
        p.options(),
        p.steps(),
        p.buffers(),
        p.places(),
        p.noReuseBytes(),
        bytes,
        p.ordering(),
        p.recomputation());
  }

  @Test
  void fiveThousandBuffersAreDrawnAndFound() throws Exception {
    Plan plan = deep(832, PlanOptions.defaults().without(PlanRule.REORDER));
    assertTrue(plan.buffers().size() >= 5_000, "only " + plan.buffers().size());
    Browser b = open(plan);
    assertEquals(plan.buffers(Region.SCRATCH).size(), drawn(b));
    for (Buffer buffer : largest(plan, 5)) {
      point(b, buffer);
      assertEquals(buffer.id(), b.eval("hovered").asInt());
    }
    // Each is found where it is, whatever lies around it.
    String missed =
        "plan.scratch.boxes.filter(o => bufferAt(plan.scratch, (o.from + o.to) / 2,"
            + " plan.scratch.address[o.id] + o.aligned / 2, 0) !== o.id).length";
    assertEquals(0, b.eval(missed).asInt());
    b.clickOn("el('whole')");
    assertEquals(plan.buffers().size(), drawn(b));
  }

  @Test
  void aSmallWindowShowsTheWholeMap() throws Exception {
    Plan plan = deep(3, PlanOptions.defaults());
    Browser b = open(plan);
    b.size(800, 600);
    double bottom = b.eval("el('map').getBoundingClientRect().bottom").asDouble();
    assertTrue(bottom <= 600, "the map ends at " + bottom);
    assertTrue(b.eval("document.documentElement.scrollWidth").asInt() <= 800);
    for (Buffer buffer : largest(plan, 5)) {
      point(b, buffer);
      assertEquals(buffer.id(), b.eval("hovered").asInt());
      // What is told must not lie over what is pointed at, or the pointer would be on that.
      assertEquals(buffer.id(), b.eval("hovered").asInt());
      assertTrue(b.eval("el('details').getBoundingClientRect().bottom <= 600").asBoolean());
      assertTrue(b.eval("el('details').getBoundingClientRect().top >= 0").asBoolean());
    }
  }

  private Browser open(Plan plan) throws Exception {
    return open(List.of(new Variant("all", plan)));
  }

  private Browser open(List<Variant> variants) throws Exception {
    Path page = Files.writeString(folder.resolve("plan.html"), PlanPage.html(variants));
    Browser b = Browser.open(page, folder.resolve("profile"), 1400, 900);
    open.add(b);
    assertFalse(b.eval("typeof plan === 'undefined'").asBoolean());
    return b;
  }

  private static int drawn(Browser b) throws Exception {
    return b.eval("Number(document.body.dataset.drawn)").asInt();
  }

  private static String pixels(Browser b, String canvas) throws Exception {
    return b.eval("el('" + canvas + "').toDataURL()").asText();
  }

  private static void point(Browser b, Buffer buffer) throws Exception {
    JsonNode at = centre(b, buffer);
    b.move(at.get(0).asDouble(), at.get(1).asDouble());
  }

  /** Where a buffer is on the screen, by the page's scales and this plan's numbers. */
  private static JsonNode centre(Browser b, Buffer buffer) throws Exception {
    return b.eval(
        String.format(
            Locale.ROOT,
            "(r => [r.x + x(%s), r.y + y(%s)])(el('map').getBoundingClientRect())",
            (buffer.from() + buffer.to()) / 2.0,
            buffer.offset() + buffer.alignedBytes() / 2.0));
  }

  private static List<Buffer> largest(Plan plan, int count) {
    return plan.buffers(Region.SCRATCH).stream()
        .sorted(Comparator.comparing(Buffer::bytes).reversed())
        .limit(count)
        .toList();
  }

  /** All of them, where they are few. */
  private static List<Integer> readers(Plan plan, Buffer buffer) {
    List<Integer> all =
        plan.steps().stream()
            .filter(
                s ->
                    s.node().inputs().stream()
                        .anyMatch(v -> plan.place(v).buffer().id() == buffer.id()))
            .map(s -> s.index())
            .toList();
    return all.size() <= 5 ? all : List.of(all.getLast());
  }

  static Plan deep(int layers, PlanOptions options) {
    return Planner.plan(graph(layers), options);
  }

  static Graph graph(int layers) {
    List<Layer> body = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      body.add(Linear.of("fc" + i, 32, 32));
      body.add(Activation.RELU);
    }
    body.add(Linear.of("out", 32, 10));
    Model model = new Model("deep", Shape.of(32), new Sequential(body));
    return Graphs.trainingStep(model, new CrossEntropy(), Sgd.of(0.1), 64);
  }
}
