package dev.ballast.cli;

import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.cli.picture.BudgetCurve;
import dev.ballast.cli.picture.PlanPage;
import dev.ballast.cli.picture.PlanPicture;
import dev.ballast.format.ModelFile;
import dev.ballast.ir.Graph;
import dev.ballast.pass.Rebatch;
import dev.ballast.plan.BudgetSweep;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanExport;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows where every byte of a model lives, and when. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description = "Shows where every byte of a model lives, and when, before anything runs.",
    footer = {
      "",
      "Example:  ballast plan models/mnist-mlp.toml --batch 256 --svg plan.svg",
      "          ballast plan models/mnist-mlp.toml --html plan.html",
      "          ballast plan models/cat-dog-better.toml --batch 1024 --ablation",
      "          ballast plan models/mnist-mlp.toml --batch 4096 --budget 24MiB --measure"
    })
final class PlanCommand implements Callable<Integer> {
  private static final int SWEEP_POINTS = 12;

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "A definition (.toml) or a trained model (.ballast, inference only).")
  private Path file;

  @Option(names = "--batch", paramLabel = "N", description = "Examples a run.")
  private Optional<Integer> batch;

  @Option(names = "--inference", description = "The forward pass alone.")
  private boolean inference;

  @Option(names = "--no-reuse", description = "Give every value a place of its own.")
  private boolean noReuse;

  @Option(
      names = "--without",
      paramLabel = "RULE",
      split = ",",
      converter = PlanRules.Label.class,
      description = "Leave out what saves bytes, by name; an unknown name lists them.")
  private List<String> without = List.of();

  @Option(names = "--ablation", description = "Print the bytes with and without each rule.")
  private boolean ablation;

  @Option(
      names = "--budget",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description = "What the arena may take, as 64MiB; results are computed again to fit it.")
  private Optional<Long> budget;

  @Option(names = "--measure", description = "Run with and without the budget and tell the time.")
  private boolean measure;

  @Option(names = "--sweep", description = "Tell what smaller budgets cost; --svg draws the curve.")
  private boolean sweep;

  @Option(names = "--csv", paramLabel = "F", description = "Write the buffers as MiniMalloc CSV.")
  private Optional<Path> csv;

  @Option(names = "--svg", paramLabel = "F", description = "Draw time × address.")
  private Optional<Path> svg;

  @Option(names = "--html", paramLabel = "F", description = "Write a page to explore the plan.")
  private Optional<Path> html;

  @Option(names = "--export", paramLabel = "F", description = "Write the whole plan as JSON.")
  private Optional<Path> export;

  @Option(names = "--graph", description = "Print the planned graph too.")
  private boolean graph;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (batch.isPresent() && batch.get() < 1) {
      throw new ParameterException(
          spec.commandLine(), "--batch must be at least 1, not " + batch.get());
    }
    for (Optional<Path> target : List.of(csv, svg, html, export)) {
      if (target.isPresent()) {
        ModelPaths.demandWritable(target.get());
      }
    }
    demandSense();
    PlanRules rules = PlanRules.all().without(without);
    if (ablation) {
      ablate(rules);
      return 0;
    }
    PlanOptions options = noReuse ? PlanOptions.defaults().withReuse(false) : rules.options();
    PrintWriter out = spec.commandLine().getOut();
    if (sweep) {
      List<Plan> plans = BudgetSweep.of(graph(rules), options, SWEEP_POINTS);
      SweepTable.print(plans, out, format);
      write(svg, svg.isPresent() ? BudgetCurve.svg(plans) : "");
      return 0;
    }
    Graph step = graph(rules);
    Plan plan = Planner.plan(step, budget.isPresent() ? options.withBudget(budget.get()) : options);
    Optional<StepTimer.Times> times =
        measure
            ? Optional.of(StepTimer.compare(Planner.plan(step, options), plan))
            : Optional.empty();
    ContainerNeeds needs = needs(plan);
    if (format.isJson()) {
      needs.addTo(report(plan, times)).print(out, format);
    } else {
      out.print(graph ? plan.graph() + "\n" : "");
      out.print(plan);
      times.ifPresent(t -> out.print(text(t)));
      out.print(needs.text());
      out.flush();
    }
    write(csv, PlanExport.csv(plan));
    write(export, PlanExport.json(plan));
    if (svg.isPresent()) {
      write(svg, PlanPicture.svg(plan));
    }
    if (html.isPresent()) {
      PrintWriter err = spec.commandLine().getErr();
      String page = PlanPage.html(PlanStages.of(plan, rules, this::graph, err::println));
      ModelPaths.replace(html.get(), page.getBytes(StandardCharsets.UTF_8));
      err.println("wrote " + html.get());
    }
    return 0;
  }

  private Graph graph(PlanRules rules) throws IOException {
    if (!ModelPaths.isDefinition(file)) {
      try (ModelFile model = ModelFile.open(file)) {
        return batch.isPresent() ? Rebatch.run(model.graph(), batch.get()) : model.graph();
      }
    }
    Definition d = DefinitionReader.read(file);
    int size = batch.orElse(inference ? 1 : d.options().batch());
    return inference
        ? Graphs.serving(d.model(), d.options().loss(), size)
        : Graphs.trainingStep(d.model(), d.options(), size, rules.pass());
  }

  private ContainerNeeds needs(Plan plan) throws IOException {
    if (!ModelPaths.isDefinition(file)) {
      return ContainerNeeds.serving(plan);
    }
    Definition d = DefinitionReader.read(file);
    return inference ? ContainerNeeds.serving(plan) : ContainerNeeds.training(plan, d);
  }

  /** A table of bytes, of plans that each lack one rule. */
  private void ablate(PlanRules rules) throws IOException {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (List<String> left : PlanRules.ablations()) {
      PlanRules some = rules.without(left);
      Plan plan = Planner.plan(graph(some), some.options());
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("without", left);
      row.put("arenaBytes", plan.arenaBytes());
      row.put("scratchBytes", plan.bytes(Region.SCRATCH));
      rows.add(row);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      new Report().put("ablation", rows).print(out, format);
      return;
    }
    long all = (Long) rows.getFirst().get("scratchBytes");
    out.printf(Locale.ROOT, "%14s %14s %9s  %s%n", "arena", "SCRATCH", "more", "without");
    for (int i = 0; i < rows.size(); i++) {
      long scratch = (Long) rows.get(i).get("scratchBytes");
      String label =
          i == 0
              ? "–"
              : i == rows.size() - 1
                  ? "all of them"
                  : String.join(", ", PlanRules.ablations().get(i));
      double more = all == 0 ? 0 : 100.0 * (scratch - all) / all;
      out.printf(
          Locale.ROOT,
          "%,14d %,14d %+8.1f%%  %s%n",
          rows.get(i).get("arenaBytes"),
          scratch,
          more,
          label);
    }
    out.flush();
  }

  /** Options that would be ignored without a word. */
  private void demandSense() {
    if (measure && budget.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--measure compares a plan within --budget with one without: give it");
    }
    if (html.isPresent() && (sweep || ablation)) {
      throw new ParameterException(
          spec.commandLine(), "--html shows one plan: leave out --sweep and --ablation");
    }
    if (sweep && (budget.isPresent() || noReuse || csv.isPresent() || export.isPresent())) {
      throw new ParameterException(
          spec.commandLine(),
          "--sweep makes many plans: --budget, --no-reuse, --csv and --export ask for one");
    }
  }

  private static String text(StepTimer.Times t) {
    return String.format(
        Locale.ROOT,
        "a run takes %,.0f µs without the budget and %,.0f within it: %.2f times%n",
        t.plain(),
        t.budgeted(),
        t.ratio());
  }

  private static Report report(Plan plan, Optional<StepTimer.Times> times) {
    Report r = report(plan);
    plan.options()
        .memoryBudget()
        .ifPresent(
            bytes -> {
              r.put("budgetBytes", bytes);
              r.put("recomputedNodes", plan.recomputation().nodes());
              r.put("extraFlops", plan.recomputation().extraFlops());
              r.put("extraFlopsBound", plan.recomputation().boundFlops());
              r.put("flops", plan.graph().flops());
            });
    times.ifPresent(
        t ->
            r.put("microsecondsWithoutBudget", t.plain())
                .put("microseconds", t.budgeted())
                .put("timeRatio", t.ratio()));
    return r;
  }

  private static Report report(Plan plan) {
    return new Report()
        .put("arenaBytes", plan.arenaBytes())
        .put("lowerBoundBytes", plan.lowerBoundBytes())
        .put("alignmentBytes", plan.alignmentBytes())
        .put("noReuseBytes", plan.noReuseBytes())
        .put("certificate", plan.certificate().toString())
        .put("orderBytes", plan.ordering().bytes())
        .put("givenOrderBytes", plan.ordering().givenBytes())
        .put("orderBoundBytes", plan.ordering().boundBytes())
        .put("orderCertified", plan.ordering().isCertified())
        .put("peakStep", plan.peakStep())
        .put("steps", plan.steps().size())
        .put("buffers", plan.buffers().size());
  }

  private void write(Optional<Path> target, String text) throws IOException {
    if (target.isPresent()) {
      Files.writeString(target.get(), text);
      spec.commandLine().getErr().println("wrote " + target.get());
    }
  }
}
