package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ballast.cli.report.Outcome;
import dev.ballast.cli.report.RunPage;
import dev.ballast.cli.report.RunReport;
import dev.ballast.cli.report.TinyRun;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.MeanSquaredError;
import dev.ballast.nn.Flatten;
import dev.ballast.nn.Linear;
import dev.ballast.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a run in a real browser: nothing fetched, nothing complained of. */
class RunPageBrowserTest {
  private static final String EVIL =
      "</script><img src=x onerror=document.title='hit'> {{script}} \"&'";
  private static final List<String> CLASSES = List.of("<script>", "b & c", EVIL);

  @TempDir Path folder;
  private Browser browser;

  @AfterEach
  void nothingWasComplainedOfOrFetched() throws Exception {
    if (browser != null) {
      browser.eval("0");
      browser.close();
      assertEquals(List.of(), browser.complaints);
      assertTrue(
          browser.requests.stream().allMatch(r -> r.startsWith("file:") || r.startsWith("data:")),
          browser.requests.toString());
      assertEquals(1, browser.requests.stream().filter(r -> r.startsWith("file:")).count());
    }
  }

  @Test
  void namesAreNeverMarkup() throws Exception {
    RunReport r = open();
    assertEquals("Training of " + EVIL, browser.eval("document.title").asText());
    assertEquals(1, browser.eval("document.scripts.length").asInt());
    assertEquals(
        0, browser.eval("document.querySelectorAll('img:not([src^=\"data:\"])').length").asInt());
    assertEquals(r.command(), browser.text("#command"));
    for (int c = 0; c < CLASSES.size(); c++) {
      String head = "document.querySelector('#matrix thead tr').cells[%d].textContent";
      assertEquals(CLASSES.get(c), browser.eval(head.formatted(c + 1)).asText());
    }
    assertTrue(browser.eval("document.body.textContent.includes('<b>note</b>')").asBoolean());
  }

  @Test
  void everyPictureIsShown() throws Exception {
    RunReport r = open();
    int pictures = browser.eval("document.images.length").asInt();
    // The examples, the weights with their scale, and the plan.
    assertEquals(r.pictures().size() + r.filters().get().pictures().size() + 2, pictures);
    String broken =
        "Array.from(document.images).filter(i => !i.complete || !i.naturalWidth).length";
    assertEquals(0, browser.eval(broken).asInt());
    assertTrue(browser.eval("document.querySelectorAll('.chart svg').length").asInt() == 3);
  }

  @Test
  void pointingAtACellTellsWhatItCounts() throws Exception {
    RunReport r = open();
    Outcome.Labels l = (Outcome.Labels) r.outcome();
    assertTrue(browser.text("#cell").startsWith("Point at"));
    String cell = "document.querySelector('#matrix tbody').rows[0].cells[2]";
    browser.eval(cell + ".scrollIntoView({ block: 'center' })");
    JsonNode at = browser.eval("(r => [r.x + 9, r.y + 9])(" + cell + ".getBoundingClientRect())");
    browser.move(at.get(0).asDouble(), at.get(1).asDouble());
    String told = browser.text("#cell");
    String count = l.confusion().count(0, 1) + " examples";
    assertTrue(told.startsWith("True “<script>”: " + count), told);
    assertTrue(told.contains("said to be “b & c”"), told);
  }

  @Test
  void aClickKeepsACellAndDimsExamplesOfOthers() throws Exception {
    RunReport r = open();
    Outcome.Labels l = (Outcome.Labels) r.outcome();
    Outcome.Mistake first = l.wrongest().getFirst();
    String cell =
        "document.querySelector('#matrix tbody').rows[%d].cells[%d]"
            .formatted(first.truth(), first.said() + 1);
    browser.clickOn(cell);
    browser.move(2, 2);
    assertTrue(browser.text("#cell").contains("among the wrongest below"), browser.text("#cell"));
    long others =
        l.wrongest().stream()
            .filter(m -> m.truth() != first.truth() || m.said() != first.said())
            .count();
    assertTrue(others > 0);
    assertEquals(others, browser.eval("document.querySelectorAll('.tile.other').length").asInt());
    browser.press("Escape");
    assertEquals(0, browser.eval("document.querySelectorAll('.tile.other').length").asInt());
    browser.eval("document.getElementById('matrix').focus()");
    browser.press("ArrowDown");
    assertTrue(browser.text("#cell").startsWith("True “<script>”"), browser.text("#cell"));
    browser.press("ArrowDown");
    assertTrue(browser.text("#cell").startsWith("True “b & c”"), browser.text("#cell"));
  }

  @Test
  void theCommandIsCopied() throws Exception {
    RunReport r = open();
    browser.call(
        "Browser.grantPermissions",
        Map.of("permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")));
    browser.clickOn("document.getElementById('copy')");
    String done = "new Promise(r => setTimeout(() => r(%s), 200))";
    assertEquals(
        "copied",
        browser.eval(done.formatted("document.getElementById('copied').textContent")).asText());
    assertEquals(r.command(), browser.eval("navigator.clipboard.readText()").asText());
  }

  @Test
  void aSmallWindowIsNotScrolledSideways() throws Exception {
    open();
    for (int width : new int[] {1400, 800, 400}) {
      browser.size(width, 600);
      int needed = browser.eval("document.documentElement.scrollWidth").asInt();
      assertTrue(needed <= width, needed + " at " + width);
    }
  }

  @Test
  void aDarkPageIsDark() throws Exception {
    open();
    String ground = "getComputedStyle(document.body).backgroundColor";
    assertEquals("rgb(255, 255, 255)", browser.eval(ground).asText());
    browser.dark(true);
    assertEquals("rgb(20, 24, 29)", browser.eval(ground).asText());
  }

  @Test
  void aPageOfNumbersIsReadWithoutComplaints() throws Exception {
    RunReport r =
        TinyRun.of(
                "line", List.of(), false, Shape.of(2), new MeanSquaredError(), Linear.of("f", 2, 1))
            .run(folder, TinyRun.numbers(200, 1), TinyRun.numbers(100, 2))
            .report();
    show(r);
    assertTrue(browser.text("#result").contains("root mean square error"));
    assertEquals(100, browser.eval("document.querySelectorAll('circle.point').length").asInt());
    assertFalse(browser.eval("Boolean(document.getElementById('matrix'))").asBoolean());
  }

  @Test
  void theCommandLineWritesThePage() throws Exception {
    TinyDigits tiny = TinyDigits.in(folder);
    Path page = folder.resolve("tiny.html");
    CommandRun.done(
        "train",
        tiny.definition(),
        "--checkpoint",
        folder.resolve("run"),
        "--out",
        folder.resolve("tiny.ballast"),
        "--report",
        page);
    String html = Files.readString(page);
    assertTrue(
        html.contains(
            ">ballast train %s --out %s --report %s<"
                .formatted(tiny.definition(), folder.resolve("tiny.ballast"), page)),
        html);
    assertTrue(html.contains("data.sha256"));
    assertTrue(html.contains("learning_rate = 0.05"));
    String complaint =
        CommandRun.complaint(
            "train", tiny.definition(), "--report", folder.resolve("no/where.html"));
    assertTrue(complaint.contains("does not exist or can't be written"), complaint);
  }

  private RunReport open() throws Exception {
    Shape square = Shape.of(6, 6);
    RunReport r =
        TinyRun.of(
                EVIL,
                CLASSES,
                true,
                square,
                new CrossEntropy(),
                new Flatten(),
                Linear.of("fc1", 36, 3))
            .with("definition", "<b>note</b>")
            .with("data.sha256", EVIL)
            .run(folder, TinyRun.labelled(square, 48, 3, 1), TinyRun.labelled(square, 150, 3, 2))
            .report();
    show(r);
    return r;
  }

  private void show(RunReport r) throws Exception {
    Path page = Files.writeString(folder.resolve("run.html"), RunPage.html(r));
    browser = Browser.open(page, folder.resolve("profile"), 1400, 900);
  }
}
