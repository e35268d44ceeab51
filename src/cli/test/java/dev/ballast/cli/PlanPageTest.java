package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ballast.cli.picture.PlanPage;
import dev.ballast.cli.picture.PlanPage.Variant;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.op.Ops;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import dev.ballast.train.Graphs;
import dev.ballast.train.Loss;
import dev.ballast.train.Optimizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanPageTest {
  private static final String EVIL =
      "</script><img src=x onerror=document.title='hit'> {{data}} \"&'";

  @TempDir Path folder;

  @Test
  void aBrowserDrawsEveryBufferOfScratch() throws Exception {
    Plan plan = training(PlanOptions.defaults());
    String dom = dom(PlanPage.html(List.of(new Variant("all", plan))));
    assertTrue(dom.contains("data-drawn=\"" + plan.buffers(Region.SCRATCH).size() + "\""), dom);
    assertTrue(dom.contains("data-arena=\"" + plan.arenaBytes() + "\""), dom);
  }

  @Test
  void noReuseTakesTheBytesThatThePlanSaysItWould() throws Exception {
    Plan plan = training(PlanOptions.defaults());
    Plan none = training(PlanOptions.defaults().withReuse(false));
    String dom = dom(PlanPage.html(List.of(new Variant("all", plan), new Variant("none", none))));
    assertTrue(dom.contains("data-arena=\"" + plan.noReuseBytes() + "\""), dom);
  }

  @Test
  void aNameOfAModelIsNeverMarkup() throws Exception {
    GraphBuilder b = new GraphBuilder(EVIL);
    b.output("y", b.named(EVIL, () -> Ops.exp(Ops.exp(b.input(EVIL, TensorType.f32(3))))));
    Plan plan = Planner.plan(b.build(), PlanOptions.defaults());
    String page = PlanPage.html(List.of(new Variant("all", plan)));
    assertFalse(page.contains("<img"));
    String dom = dom(page);
    assertFalse(dom.contains("<img"), dom);
    assertFalse(dom.contains("<title>hit"), dom);
    assertTrue(dom.contains("data-arena=\"" + plan.arenaBytes() + "\""), dom);
  }

  @Test
  void identicalPlansStandInThePageOnce() {
    Plan plan = training(PlanOptions.defaults());
    int once = PlanPage.html(List.of(new Variant("a", plan))).length();
    int twice = PlanPage.html(List.of(new Variant("a", plan), new Variant("b", plan))).length();
    assertTrue(twice - once < 100, once + " " + twice);
  }

  @Test
  void aPlanOfAnyKindIsWrittenAsAPage() throws Exception {
    Path models = Path.of("../../models").toRealPath();
    for (String[] more : new String[][] {{}, {"--inference"}, {"--without", "reorder"}}) {
      Path page = folder.resolve("page" + more.length + ".html");
      Object[] arguments =
          Stream.concat(
                  Stream.of("plan", models.resolve("cat-dog.toml"), "--html", page),
                  Stream.of(more))
              .toArray();
      CommandRun.done(arguments);
      assertTrue(Files.readString(page).startsWith("<!doctype html>"));
    }
  }

  @Test
  void aPageShowsOnePlan() {
    CommandRun r = CommandRun.of("plan", "x.toml", "--sweep", "--html", folder.resolve("p.html"));
    assertEquals(2, r.status(), r.err());
    assertTrue(r.err().contains("--html shows one plan"), r.err());
  }

  private static Plan training(PlanOptions options) {
    Model model =
        new Model(
            "digits",
            Shape.of(64),
            Sequential.of(Linear.of("fc1", 64, 32), Activation.RELU, Linear.of("fc2", 32, 10)));
    return Planner.plan(
        Graphs.trainingStep(model, new Loss.CrossEntropy(), Optimizer.Sgd.of(0.1), 16), options);
  }

  /** What a browser makes of a page once its script has run. */
  private String dom(String html) throws IOException, InterruptedException {
    Optional<Path> browser = browser();
    assumeTrue(browser.isPresent(), "no chromium, chromium-browser or google-chrome on the PATH");
    Path page = Files.writeString(folder.resolve("page.html"), html);
    Path dom = folder.resolve("dom.txt");
    Process p =
        new ProcessBuilder(
                browser.get().toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--user-data-dir=" + folder.resolve("profile"),
                "--dump-dom",
                page.toUri().toString())
            .redirectOutput(dom.toFile())
            .redirectError(folder.resolve("log.txt").toFile())
            .start();
    if (!p.waitFor(60, TimeUnit.SECONDS)) {
      p.destroyForcibly();
      throw new IOException(
          "the browser did not end: " + Files.readString(folder.resolve("log.txt")));
    }
    return Files.readString(dom);
  }

  private static Optional<Path> browser() {
    return Stream.of("chromium", "chromium-browser", "google-chrome")
        .flatMap(n -> Stream.of(System.getenv("PATH").split(":")).map(d -> Path.of(d, n)))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
