package dev.ballast.fuzz;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs Jazzer on readers, one after the other, each in a process of its own.
 *
 * <pre>{@code
 * java -cp … dev.ballast.fuzz.Fuzzer SECONDS [READER…]
 * }</pre>
 *
 * Prints a row for each, and ends with 1 where one was brought to do what it must not. The input
 * lies in {@code target/fuzz} then: put it into the reader's corpus, where a test gives it to the
 * reader at every build.
 */
public final class Fuzzer {
  private static final int SECONDS_FOR_ONE_INPUT = 10;
  private static final int MEGABYTES = 4_000;
  private static final int LONGEST_INPUT = 16_384;

  private static final Pattern RUNS = Pattern.compile("stat::number_of_executed_units: +(\\d+)");
  private static final Pattern COVERED = Pattern.compile("cov: (\\d+) ft: (\\d+) corp: (\\d+)/");

  private final Path corpora;
  private final Path folder;
  private final String classPath;

  /**
   * @param corpora a folder of inputs to begin with for each reader
   * @param folder for what is written, emptied first
   */
  Fuzzer(Path corpora, Path folder) throws IOException {
    this.corpora = corpora;
    this.folder = folder;
    lock(folder);
    empty(folder);
    this.classPath =
        LoweredClasses.of(
            System.getProperty("java.class.path"),
            Files.createDirectories(folder.resolve("classes")));
  }

  /** As long as this process lives: two at once would delete each other's files. */
  private static void lock(Path folder) throws IOException {
    Path file = Files.createDirectories(folder.toAbsolutePath().getParent()).resolve("fuzz.lock");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      channel.close();
      throw new IOException(
          "another process is fuzzing in " + folder + ": wait for it, or copy src/fuzz elsewhere");
    }
  }

  private static void empty(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path f : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(f);
        }
      }
    }
  }

  /**
   * What became of a reader.
   *
   * @param runs inputs that were tried
   * @param edges of the readers' code that were reached, and features, as libFuzzer counts both
   * @param corpus inputs that each reach something of their own
   * @param log all that Jazzer said
   */
  record Result(
      Reader reader, long runs, long edges, long features, long corpus, int status, Path log) {
    boolean isClean() {
      return status == 0 && runs > 0;
    }

    @Override
    public String toString() {
      return "| %s | %,d | %,d | %,d | %,d | %s |"
          .formatted(
              reader.folder(), runs, edges, features, corpus, isClean() ? "none" : "see " + log);
    }
  }

  Result run(Reader reader, int seconds) throws IOException, InterruptedException {
    Path own = Files.createDirectories(folder.resolve(reader.folder()));
    Path found = Files.createDirectories(own.resolve("corpus"));
    Path log = own.resolve("log.txt");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-OmitStackTraceInFastThrow",
                "-Xmx1g",
                "-Djava.awt.headless=true",
                "--enable-native-access=ALL-UNNAMED",
                "-D" + FuzzTarget.READER + "=" + reader,
                "-cp",
                classPath));
    Path seeds = corpora.resolve(reader.folder());
    boolean hasSeeds = Files.isDirectory(seeds);
    if (hasSeeds) {
      command.add("-D" + FuzzTarget.SEEDS + "=" + seeds);
    }
    command.addAll(
        List.of(
            "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + FuzzTarget.class.getName(),
            "--instrumentation_includes=dev.ballast.**",
            "--custom_hook_includes=dev.ballast.**",
            "--reproducer_path=" + own,
            "-artifact_prefix=" + own + "/",
            "-max_total_time=" + seconds,
            "-timeout=" + SECONDS_FOR_ONE_INPUT,
            "-rss_limit_mb=" + MEGABYTES,
            "-max_len=" + LONGEST_INPUT,
            "-print_final_stats=1",
            found.toString()));
    if (hasSeeds) {
      command.add(seeds.toString());
    }
    Path words = corpora.resolve(reader.folder() + ".dict");
    if (Files.exists(words)) {
      command.add("-dict=" + words);
    }
    Process p =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    int status = p.waitFor();
    return result(reader, status, log);
  }

  private static Result result(Reader reader, int status, Path log) throws IOException {
    String said = Files.readString(log);
    Matcher runs = RUNS.matcher(said);
    Matcher covered = COVERED.matcher(said);
    long[] last = new long[3];
    while (covered.find()) {
      for (int i = 0; i < last.length; i++) {
        last[i] = Long.parseLong(covered.group(i + 1));
      }
    }
    long n = runs.find() ? Long.parseLong(runs.group(1)) : 0;
    return new Result(reader, n, last[0], last[1], last[2], status, log);
  }

  /** See the class. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length == 0) {
      System.err.println(
          "usage: Fuzzer SECONDS [READER…], readers: " + Arrays.toString(Reader.values()));
      System.exit(2);
    }
    int seconds = Integer.parseInt(arguments[0]);
    List<Reader> readers =
        arguments.length == 1
            ? List.of(Reader.values())
            : Arrays.stream(arguments)
                .skip(1)
                .map(n -> Reader.valueOf(n.toUpperCase(Locale.ROOT)))
                .toList();
    Fuzzer fuzzer = new Fuzzer(Path.of("src/fuzz/corpus"), Path.of("src/fuzz/target/fuzz"));
    boolean clean = true;
    System.out.println("| reader | inputs tried | edges | features | corpus | finds |");
    System.out.println("|---|---:|---:|---:|---:|---|");
    for (Reader r : readers) {
      Result result = fuzzer.run(r, seconds);
      System.out.println(result);
      clean &= result.isClean();
    }
    System.exit(clean ? 0 : 1);
  }
}
