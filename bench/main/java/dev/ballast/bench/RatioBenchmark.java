package dev.ballast.bench;

import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.runtime.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The twin of {@code ./ballast bench ratio}: each mode in a fresh JVM. The definition is the one in
 * the project, or as {@code -p model=FILE.toml} says.
 */
@State(Scope.Thread)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector"})
public class RatioBenchmark {
  @Param({"INFERENCE", "FORWARD", "GRADIENT", "STEP"})
  public String mode;

  @Param({"1", "8", "64"})
  public int batch;

  @Param({""})
  public String model;

  private Workload workload;
  private Session session;

  @Setup(Level.Trial)
  public void open() throws IOException {
    Path file = model.isEmpty() ? ProjectFiles.exampleModel() : Path.of(model);
    workload = Workload.open(DefinitionReader.read(file), batch);
    session = workload.session(Workload.Mode.valueOf(mode));
  }

  @TearDown(Level.Trial)
  public void close() {
    workload.close();
  }

  @Benchmark
  public void run() {
    session.run();
  }
}
