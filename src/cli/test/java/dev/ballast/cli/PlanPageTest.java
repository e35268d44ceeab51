package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.cli.picture.PlanPage;
import dev.ballast.cli.picture.PlanPage.Variant;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.op.Ops;
import dev.ballast.optim.Sgd;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import dev.ballast.train.Graphs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanPageTest {
  private static final String EVIL =
      "</script><img src=x onerror=document.title='hit'> {{data}} \"&'";

  @TempDir Path folder;

  @Test
  void aNameOfAModelIsNeverMarkup() throws Exception {
    GraphBuilder b = new GraphBuilder(EVIL);
    b.output("y", b.named(EVIL, () -> Ops.exp(Ops.exp(b.input(EVIL, TensorType.f32(3))))));
    Plan plan = Planner.plan(b.build(), PlanOptions.defaults());
    String page = PlanPage.html(List.of(new Variant("all", plan)));
    assertFalse(page.contains("<img"));
    Path file = Files.writeString(folder.resolve("page.html"), page);
    Browser browser = Browser.open(file, folder.resolve("profile"), 1400, 900);
    try {
      assertEquals("Plan of " + EVIL, browser.eval("document.title").asText());
      assertEquals(0, browser.eval("document.images.length").asInt());
      assertEquals(2, browser.eval("document.scripts.length").asInt());
      assertTrue(browser.eval("document.body.innerText").asText().contains("{{data}}"));
      String drawn = browser.eval("document.body.dataset.arena").asText();
      assertEquals(Long.toString(plan.arenaBytes()), drawn);
      assertEquals(List.of(), browser.complaints);
    } finally {
      browser.close();
    }
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
    return Planner.plan(Graphs.trainingStep(model, new CrossEntropy(), Sgd.of(0.1), 16), options);
  }
}
