package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.data.Dataset;
import dev.ballast.pass.PassRule;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.train.Graphs;
import dev.ballast.train.Trainer;
import dev.ballast.train.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What {@code plan} says that a container needs, and whether it is enough. */
class ContainerNeedsTest {
  private static final Path MNIST = Child.root().resolve("models/mnist-mlp.toml");
  private static final Pattern RESIDENT = Pattern.compile("VmHWM:\\s+(\\d+) kB");

  @TempDir private Path folder;

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(n -> texts.add(n.asText()));
    return texts;
  }

  /** The most that was resident of a JVM with these flags. */
  private static long residentBytes(List<String> flags, Object... arguments) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of("--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector"));
    all.addAll(flags);
    all.addAll(
        List.of("-cp", System.getProperty("java.class.path"), ResidentProbe.class.getName()));
    for (Object a : arguments) {
      all.add(a.toString());
    }
    String output = Child.java(all).succeeded().output();
    Matcher m = RESIDENT.matcher(output);
    assertTrue(m.find(), output);
    return 1024 * Long.parseLong(m.group(1));
  }

  private static void within(JsonNode plan, long resident) {
    long limit = plan.get("containerBytes").asLong();
    assertTrue(resident < limit, resident + " bytes were resident, " + limit + " were advised");
    // Advice that is far too large would hide what it is for.
    assertTrue(
        limit < 2.5 * resident, limit + " were advised where " + resident + " were resident");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void trainingAndServingStayBelowWhatIsAdvised() throws Exception {
    Path model = folder.resolve("m.ballast");
    JsonNode training = CommandRun.done("plan", MNIST, "--json").json();
    List<String> flags = texts(training.get("container").get("jvmFlags"));
    within(training, residentBytes(flags, "train", MNIST, "--epochs", "1", "--out", model));

    JsonNode serving = CommandRun.done("plan", model, "--json").json();
    flags = texts(serving.get("container").get("jvmFlags"));
    within(serving, residentBytes(flags, "serve", model));
  }

  @Test
  void theSegmentIsAtLeastTheTrainersAndNearIt() throws IOException {
    TinyDigits digits = TinyDigits.in(folder);
    for (String batch :
        List.of(
            "batch = 16", "batch = 70", "batch = 64", "batch = 16\naccumulate = 4\nema = 0.9")) {
      digits.edited("batch = 16", batch);
      Definition d = DefinitionReader.read(digits.definition());
      TrainingOptions o = d.options();
      ContainerNeeds needs =
          ContainerNeeds.training(
              Planner.plan(
                  Graphs.trainingStep(d.model(), o, o.batch(), PassRule.all()),
                  PlanOptions.defaults()),
              d);
      try (Dataset train = d.training(s -> {}).train();
          Dataset test = d.test(s -> {});
          Trainer trainer = new Trainer(d.model(), o, train, Optional.of(test))) {
        long actual = trainer.session().segmentBytes();
        long lastBatch = trainer.plan().bytes(dev.ballast.plan.Region.IO);
        assertTrue(needs.segmentBytes() >= actual, batch + ": " + needs + " for " + actual);
        assertTrue(needs.segmentBytes() <= actual + lastBatch, batch + ": " + needs);
        long copies = o.update().average().isPresent() ? 2 : 1;
        assertEquals(copies * trainer.session().weights().byteSize(), needs.weightsCopyBytes());
      }
      digits.edited(batch, "batch = 16");
    }
  }

  @Test
  void dataThatAreThereAreCountedAndOthersAreNamed() throws IOException {
    TinyDigits digits = TinyDigits.in(folder);
    JsonNode parts = CommandRun.done("plan", digits.definition(), "--json").json().get("container");
    // 210 and 50 images of 4 × 4 pixels, with a label each.
    assertEquals(260 * 17, parts.get("dataBytes").asLong());
    assertEquals(17, parts.get("exampleBytes").asLong());

    Files.delete(folder.resolve("test-labels-ubyte"));
    CommandRun text = CommandRun.done("plan", digits.definition());
    assertTrue(text.out().contains("not counted: 17 an example"), text.out());
    JsonNode without = CommandRun.done("plan", digits.definition(), "--json").json();
    assertFalse(without.get("container").has("dataBytes"), without.toString());
  }

  @Test
  void partsAddUpToTheWhole() throws IOException {
    JsonNode plan = CommandRun.done("plan", MNIST, "--json").json();
    JsonNode parts = plan.get("container");
    long sum = 0;
    for (String part :
        List.of(
            "segmentBytes",
            "weightsCopyBytes",
            "dataBytes",
            "openblasBytes",
            "heapBytes",
            "jvmBytes")) {
      sum += parts.get(part).asLong();
    }
    assertEquals(sum, plan.get("containerBytes").asLong());
  }

  @Test
  void servingKeepsNoCopyAndNoData() throws IOException {
    JsonNode plan = CommandRun.done("plan", MNIST, "--inference", "--json").json();
    JsonNode parts = plan.get("container");
    assertEquals(0, parts.get("weightsCopyBytes").asLong());
    assertEquals(0, parts.get("dataBytes").asLong());
    assertEquals(plan.get("arenaBytes"), parts.get("segmentBytes"));
    assertTrue(CommandRun.done("plan", MNIST, "--inference").out().contains("+ session"));
  }

  @Test
  void damagedDataAreAComplaintWithThePlace() throws IOException {
    TinyDigits digits = TinyDigits.in(folder);
    Files.writeString(folder.resolve("train-images-ubyte"), "no images");
    String complaint = CommandRun.complaint("plan", digits.definition());
    assertTrue(complaint.contains("train-images-ubyte: at byte 0"), complaint);
  }
}
