package dev.ballast.cli;

import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.runtime.StepTime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Where the time of a step goes. */
@Command(
    name = "profile",
    mixinStandardHelpOptions = true,
    description = {
      "Runs a training step of a definition, or the inference of a model file, on random numbers,",
      "and tells what each op takes, and how far that is from what the machine can do."
    },
    footer = {
      "",
      "Example:  ballast profile models/mnist-mlp.toml",
      "          ballast profile mnist-mlp.ballast --batch 8 --trace trace.json"
    })
final class ProfileCommand implements Callable<Integer> {
  private static final double NANOS = 1e9;
  private static final int FEWEST_RUNS = 10;

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "A definition (.toml: a training step) or a model (.ballast: inference).")
  private Path file;

  @Option(names = "--batch", paramLabel = "N", description = "Examples a run.")
  private Optional<Integer> batch;

  @Option(names = "--inference", description = "Of a definition, the forward pass alone.")
  private boolean inference;

  @Option(names = "--threads", paramLabel = "N", description = "Threads of a run.")
  private int threads = 1;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long to run after as long a warm-up; 3 if absent.")
  private double seconds = 3;

  @Option(
      names = "--top",
      paramLabel = "N",
      description = "Show the N steps that take longest; 20 if absent.")
  private int top = 20;

  @Option(
      names = "--trace",
      paramLabel = "F",
      description = "Write the last run for Chrome's about:tracing or Perfetto.")
  private Optional<Path> trace;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    demandSense();
    ProfileSubject subject = ProfileSubject.read(file, batch, inference);
    Limits limits = Limits.measure(threads);
    SessionOptions options = SessionOptions.defaults().withPoison(false).withThreads(threads);
    try (Session timed =
            Session.open(
                Planner.plan(subject.graph(), PlanOptions.defaults()), options.withProfile(true));
        Session plain =
            Session.open(Planner.plan(subject.graph(), PlanOptions.defaults()), options)) {
      subject.fill(timed);
      subject.fill(plain);
      double whole = run(timed, plain);
      List<StepTime> times = timed.profile();
      if (trace.isPresent()) {
        ModelPaths.replace(trace.get(), StepTrace.json(timed.plan(), times));
      }
      new ProfileTable(subject.graph().name(), threads, limits, whole, times)
          .print(spec.commandLine().getOut(), format, top);
    }
    return 0;
  }

  private void demandSense() throws IOException {
    if (batch.isPresent() && batch.get() < 1) {
      throw wrong("--batch must be at least 1, not " + batch.get());
    }
    if (threads < 1) {
      throw wrong("--threads must be at least 1, not " + threads);
    }
    if (!(seconds > 0) || Double.isInfinite(seconds)) {
      throw wrong("--seconds must be above 0, not " + seconds);
    }
    if (top < 1) {
      throw wrong("--top must be at least 1, not " + top);
    }
    if (trace.isPresent()) {
      ModelPaths.demandWritable(trace.get());
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Runs both in turn; the median nanoseconds of the one that is not watched. */
  private double run(Session timed, Session plain) {
    runFor(timed, plain);
    timed.forgetProfile();
    List<Long> whole = runFor(timed, plain);
    whole.sort(Comparator.naturalOrder());
    return whole.get(whole.size() / 2);
  }

  private List<Long> runFor(Session timed, Session plain) {
    List<Long> whole = new ArrayList<>();
    long start = System.nanoTime();
    while (whole.size() < FEWEST_RUNS || System.nanoTime() - start < seconds * NANOS) {
      timed.run();
      long from = System.nanoTime();
      plain.run();
      whole.add(System.nanoTime() - from);
    }
    return whole;
  }
}
