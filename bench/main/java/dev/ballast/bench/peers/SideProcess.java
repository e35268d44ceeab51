package dev.ballast.bench.peers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.bench.load.Load;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A side at work: told in lines what to do, answering in lines of JSON.
 *
 * <pre>{@code
 * try (SideProcess p = SideProcess.start(side, job, timeout)) {
 *   p.check();
 *   JsonNode answer = p.round(0.5);
 * }
 * }</pre>
 */
public final class SideProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** How long a side may take to end, writing its class archive on the way. */
  private static final Duration ENDING = Duration.ofSeconds(30);

  private final Side side;
  private final Process process;
  private final Path log;
  private final Duration timeout;
  private final BlockingQueue<Line> lines = new LinkedBlockingQueue<>();
  private final JsonNode first;
  private final double startMillis;
  private boolean failed;

  /** What came over standard output: a line, or its end. */
  private sealed interface Line {
    record Text(String text) implements Line {}

    record End() implements Line {}
  }

  private SideProcess(Side side, Process process, Path log, Duration timeout, long started)
      throws SideFailure {
    this.side = side;
    this.process = process;
    this.log = log;
    this.timeout = timeout;
    Thread reader =
        Thread.ofPlatform().daemon().name("answers of " + side.name()).start(this::read);
    try {
      this.first = answer("to start", timeout);
      this.startMillis = (System.nanoTime() - started) / 1e6;
      if (first.has("missing")) {
        throw new SideFailure(first.get("missing").asText(), true);
      }
      demand("first", "to start");
    } catch (SideFailure e) {
      process.destroyForcibly();
      reader.interrupt();
      throw e;
    }
  }

  /**
   * Starts the process and waits for its first answer: it has run the workload once.
   *
   * @param timeout how long an answer may take, besides what was asked to take time
   */
  public static SideProcess start(Side side, Job job, Duration timeout) throws IOException {
    Path log = job.logOf(side.name());
    List<String> command = side.command(job.fileFor(side.name()), job.threads());
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    long started = System.nanoTime();
    return new SideProcess(side, builder.start(), log, timeout, started);
  }

  public Side side() {
    return side;
  }

  /** From before the process was made to its first answer. */
  double startMillis() {
    return startMillis;
  }

  /** The library's. */
  public String version() {
    return first.path("version").asText();
  }

  /** How many threads it uses: as many as it was told to, where it says nothing of it. */
  int threads(int told) {
    return first.path("threads").asInt(told);
  }

  /** Has it leave its results in the job's file. */
  public void check() throws SideFailure {
    tell("check");
    demand(answer("for its results", timeout), "checked", "for its results");
  }

  /** Has it run for so long, and leave its times in the job's file. */
  public JsonNode round(double seconds) throws SideFailure {
    tell("round " + seconds);
    JsonNode answer = answer("for a round", timeout.plusMillis((long) (1e3 * seconds)));
    return demand(answer, "operations", "for a round");
  }

  /**
   * Has it run a load, and leave the histogram in the job's file.
   *
   * @param megabytesPerSecond of garbage that it makes meanwhile
   */
  public JsonNode load(Load load, double megabytesPerSecond) throws SideFailure {
    tell("load " + LoadRounds.words(load, megabytesPerSecond));
    // What can't be kept is cut off after twice the time.
    Duration patience = timeout.plusMillis((long) (2e3 * load.seconds()));
    JsonNode answer = answer("for a load", patience);
    return demand(answer, "sent", "for a load");
  }

  /** The most memory it ever had resident; nothing where this system does not tell. */
  OptionalLong residentBytes() throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.isReadable(status)) {
      return OptionalLong.empty();
    }
    try (Stream<String> all = Files.lines(status)) {
      return all.filter(l -> l.startsWith("VmHWM:"))
          .mapToLong(l -> 1024 * Long.parseLong(l.replaceAll("[^0-9]", "")))
          .findFirst();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void read() {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(new Line.Text(line));
      }
    } catch (IOException e) {
      // The pipe broke, or what came was no text: either way no more lines come.
    }
    lines.add(new Line.End());
  }

  private void tell(String command) throws SideFailure {
    try {
      BufferedWriter out = process.outputWriter(StandardCharsets.UTF_8);
      out.write(command + "\n");
      out.flush();
    } catch (IOException e) {
      throw ended("asked for '" + command + "'");
    }
  }

  private JsonNode answer(String asked, Duration patience) throws SideFailure {
    try {
      Line line = lines.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
      return switch (line) {
        case null ->
            throw failure(
                "asked " + asked + ", it did not answer for " + patience.toSeconds() + " s");
        case Line.End ignored -> throw ended("asked " + asked);
        case Line.Text t -> parse(t.text(), asked);
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure("waiting for it was interrupted");
    }
  }

  private JsonNode parse(String text, String asked) throws SideFailure {
    try {
      JsonNode answer = JSON.readTree(text);
      if (answer.isObject()) {
        return answer;
      }
    } catch (JsonProcessingException e) {
      // As no object.
    }
    String shown = text.length() > 80 ? text.substring(0, 80) + "…" : text;
    throw failure("asked " + asked + ", it answered no JSON object but '" + shown + "'");
  }

  private void demand(String key, String asked) throws SideFailure {
    demand(first, key, asked);
  }

  private JsonNode demand(JsonNode answer, String key, String asked) throws SideFailure {
    if (!answer.has(key)) {
      throw failure("asked " + asked + ", it answered " + answer + ", without '" + key + "'");
    }
    return answer;
  }

  private SideFailure ended(String when) {
    try {
      if (process.waitFor(5, TimeUnit.SECONDS)) {
        return failure(when + ", it ended with status " + process.exitValue());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return failure(when + ", it closed its output");
  }

  /** With the last line that the process printed beside its answers: there libraries complain. */
  private SideFailure failure(String what) {
    String last = "";
    try (Stream<String> all = Files.lines(log)) {
      last = all.filter(l -> !l.isBlank()).reduce("", (a, b) -> b).strip();
    } catch (MalformedInputException | UncheckedIOException e) {
      last = "something that is no text";
    } catch (IOException e) {
      last = "";
    }
    failed = true;
    return new SideFailure(last.isEmpty() ? what : what + "; the last it printed: " + last, false);
  }

  /** Lets it end by itself, or, where it has failed or does not end, ends it. */
  @Override
  public void close() {
    if (failed) {
      process.destroyForcibly();
      return;
    }
    try {
      tell("quit");
      if (process.waitFor(ENDING.toSeconds(), TimeUnit.SECONDS)) {
        return;
      }
    } catch (SideFailure e) {
      // It has ended already.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
