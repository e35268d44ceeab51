package dev.ballast.cli.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.plan.Buffer;
import dev.ballast.plan.Plan;
import dev.ballast.plan.Region;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;

class PlanPictureTest {
  static List<Plan> plans() {
    return Samples.all();
  }

  @ParameterizedTest
  @MethodSource("plans")
  void everyBufferIsDrawnExactlyOnce(Plan plan) throws Exception {
    List<String> drawn =
        Drawing.of(plan).buffers().stream().map(g -> g.getAttribute("id")).sorted().toList();
    List<String> planned = plan.buffers().stream().map(b -> "buffer-" + b.id()).sorted().toList();
    assertEquals(planned, drawn);
  }

  @ParameterizedTest
  @MethodSource("plans")
  void aBoxLastsAsLongAsItsBuffer(Plan plan) throws Exception {
    Drawing drawing = Drawing.of(plan);
    double step = (Frame.RIGHT - Frame.LEFT) / Math.max(1, plan.steps().size());
    for (Buffer b : plan.buffers()) {
      double left = Double.MAX_VALUE;
      double right = 0;
      for (Element r : Drawing.rects(drawing.buffer(b.id()))) {
        left = Math.min(left, Drawing.number(r, "x"));
        right = Math.max(right, Drawing.number(r, "x") + Drawing.number(r, "width"));
      }
      assertEquals(Frame.LEFT + b.from() * step, left, 0.02, b.name());
      assertEquals(Frame.LEFT + b.to() * step, right, 0.02, b.name());
    }
  }

  @Test
  void boxesOfScratchAreToScale() throws Exception {
    Plan plan = Samples.trainingWithAdam();
    Drawing drawing = Drawing.of(plan);
    double bottom = 0;
    for (Buffer b : plan.buffers(Region.SCRATCH)) {
      bottom = Math.max(bottom, bottom(drawing, b));
    }
    Buffer highest =
        plan.buffers(Region.SCRATCH).stream()
            .max(Comparator.comparingLong(Buffer::offset))
            .orElseThrow();
    double scale = (bottom - bottom(drawing, highest)) / highest.offset();
    for (Buffer b : plan.buffers(Region.SCRATCH)) {
      Element r = Drawing.rects(drawing.buffer(b.id())).getFirst();
      assertEquals(scale * b.offset(), bottom - bottom(drawing, b), 0.05, b.name());
      if (Drawing.number(r, "height") > 1) {
        assertEquals(scale * b.alignedBytes(), Drawing.number(r, "height"), 0.05, b.name());
      }
    }
    assertTrue(scale > 0);
  }

  private static double bottom(Drawing drawing, Buffer b) {
    Element r = Drawing.rects(drawing.buffer(b.id())).getFirst();
    return Drawing.number(r, "y") + Drawing.number(r, "height");
  }

  @Test
  void theForwardAndTheBackwardPassAreToldApart() throws Exception {
    Plan plan = Samples.training();
    Drawing drawing = Drawing.of(plan);
    for (Buffer b : plan.buffers(Region.SCRATCH)) {
      String style = Drawing.rects(drawing.buffer(b.id())).getFirst().getAttribute("class");
      String expected =
          switch (b.phase()) {
            case PREPARE -> "p";
            case FORWARD -> "f";
            case BACKWARD -> "b";
            case UPDATE -> "u";
          };
      assertEquals(expected, style.split(" ")[0], b.name());
    }
    assertTrue(drawing.writing().contains("forward pass"));
    assertTrue(drawing.writing().contains("backward pass, updates in between"));
    assertTrue(drawing.writing().contains("backward: gradients"));
  }

  @Test
  void whatIsComputedOnceHasARegionAndABand() throws Exception {
    Plan plan = Samples.serving();
    Drawing drawing = Drawing.of(plan);
    Buffer packed = plan.buffers(Region.PREPARED).getFirst();
    Element box = Drawing.rects(drawing.buffer(packed.id())).getFirst();
    assertEquals("p", box.getAttribute("class").split(" ")[0]);
    assertTrue(drawing.writing().contains("PREPARED"));
    assertTrue(drawing.writing().contains("once, before all runs"));
    assertTrue(drawing.writing().contains("prepared once: packed weights"));
    assertFalse(Drawing.of(Samples.training()).writing().contains("PREPARED"));
  }

  @Test
  void aBoxChangesColourWhereAGradientTakesTheBytesOfAnActivation() throws Exception {
    Plan plan = Samples.training();
    Buffer first = plan.buffers(Region.SCRATCH).getFirst();
    List<Element> rects = Drawing.rects(Drawing.of(plan).buffer(first.id()));
    assertEquals(
        List.of("f", "b"), rects.stream().map(r -> r.getAttribute("class").split(" ")[0]).toList());
  }

  @Test
  void aWorkspaceIsHatched() throws Exception {
    Plan plan = Samples.withWorkspace();
    Drawing drawing = Drawing.of(plan);
    Element drawn = drawing.buffer(plan.buffers().getLast().id());
    assertEquals("work", Drawing.rects(drawn).getLast().getAttribute("class").split(" ")[0]);
    assertTrue(drawing.writing().contains("workspace"));
    assertFalse(Drawing.of(Samples.oneStep("one step", "x")).writing().contains("workspace"));
  }

  @Test
  void totalsCertificateAndPeakAreWritten() throws Exception {
    Plan plan = Samples.training();
    String all = String.join("\n", Drawing.of(plan).writing());
    assertTrue(all.contains(ByteText.of(plan.arenaBytes())), all);
    assertTrue(all.contains(ByteText.exact(plan.arenaBytes())), all);
    assertTrue(all.contains(plan.certificate().toString()), all);
    assertTrue(all.contains(ByteText.of(plan.noReuseBytes()) + ": SCRATCH would be"), all);
    assertTrue(all.contains("live at step " + plan.peakStep() + ", fc1 matmul"), all);
    assertTrue(all.contains("fc1 matmul → fused, 64×512, 128 KiB"), all);
  }

  @Test
  void pointingAtABoxTellsItsNameBytesPlaceAndLife() throws Exception {
    Plan plan = Samples.training();
    Buffer b = plan.buffers(Region.SCRATCH).getFirst();
    Element title = (Element) Drawing.of(plan).buffer(b.id()).getElementsByTagName("title").item(0);
    assertEquals(
        "fc1 matmul\n131,072 bytes at SCRATCH + 0, arena + "
            + plan.start(Region.SCRATCH)
            + "\nsteps 0 to "
            + (b.to() - 1)
            + "\nvalues "
            + String.join(", ", b.values().stream().map(v -> v.label() + ":" + v.type()).toList()),
        title.getTextContent());
  }

  @Test
  void whatPeopleWroteIsEscaped() throws Exception {
    String name = "a<b>&\"c\" 'd' ]]> é ☃";
    Drawing drawing = Drawing.of(Samples.oneStep(name, name));
    assertTrue(drawing.writing().contains(name));
    assertTrue(drawing.writing().contains(name + " exp0"));
  }

  @ParameterizedTest
  @MethodSource("plans")
  void thePictureFetchesNothingAndRunsNothing(Plan plan) throws Exception {
    Drawing drawing = Drawing.of(plan);
    String svg = drawing.svg().replace("http://www.w3.org/2000/svg", "");
    for (String never : List.of("http", "href", "<script", "@import", "onload", "<image")) {
      assertFalse(svg.contains(never), never);
    }
    assertEquals(0, svg.replace("url(#hatch)", "").split("url\\(").length - 1);
    assertEquals(
        "http://www.w3.org/2000/svg", drawing.elements("svg").getFirst().getNamespaceURI());
  }

  @Test
  void thePictureIsTheSameEveryTimeAndEverywhere() {
    Locale here = Locale.getDefault();
    String svg = PlanPicture.svg(Samples.training());
    try {
      for (String tag : List.of("de", "ar-EG-u-nu-arab", "hi-IN-u-nu-deva", "tr")) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        assertEquals(svg, PlanPicture.svg(Samples.training()), tag);
      }
    } finally {
      Locale.setDefault(here);
    }
  }

  @Test
  void thousandsOfBuffersMakeAFileThatABrowserOpensAtOnce() throws Exception {
    Plan plan = Samples.random(5000);
    Drawing drawing = Drawing.of(plan);
    assertTrue(plan.buffers().size() > 500, () -> plan.buffers().size() + " buffers");
    assertTrue(drawing.svg().length() < 500 * plan.buffers().size() + 100_000);
    long labels = drawing.elements("tspan").size() / 2;
    assertTrue(labels > 10 && labels < 100, () -> labels + " labels");
  }

  @ParameterizedTest
  @MethodSource("plans")
  void writingDoesNotOverlap(Plan plan) throws Exception {
    List<Element> texts =
        Drawing.of(plan).elements("text").stream()
            .filter(t -> !t.hasAttribute("transform"))
            .toList();
    List<double[]> taken = new ArrayList<>();
    for (Element t : texts) {
      double[] box = box(t);
      for (int i = 0; i < taken.size(); i++) {
        double[] other = taken.get(i);
        boolean meet =
            box[0] < other[1] && other[0] < box[1] && box[2] < other[3] && other[2] < box[3];
        String both = t.getTextContent() + " | " + texts.get(i).getTextContent();
        assertFalse(meet, both);
      }
      taken.add(box);
    }
  }

  /** Left, right, top and bottom, in a font of ordinary width. */
  private static double[] box(Element text) {
    List<String> style = Arrays.asList(text.getAttribute("class").split(" "));
    double size = 12;
    List<String> classes = List.of("title", "hero", "sub", "small", "label");
    double[] sizes = {26, 38, 14, 11, 11};
    for (int i : IntStream.range(0, sizes.length).toArray()) {
      size = style.contains(classes.get(i)) ? sizes[i] : size;
    }
    double width = text.getTextContent().length() * size * 0.52;
    double x = Drawing.number(text, "x");
    boolean end = style.contains("end") || style.contains("hero");
    boolean middle = style.contains("mid") || style.contains("light");
    double left = end ? x - width : middle ? x - width / 2 : x;
    double y = Drawing.number(text, "y");
    return new double[] {left, left + width, y - size * 0.75, y + size * 0.1};
  }
}
