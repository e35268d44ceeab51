package dev.ballast.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs jcstress, which takes minutes: in the soak profile. A build sees that it finds all tests.
 */
class StressTest {
  private static final Pattern PLANNED =
      Pattern.compile(
          "\\(Results: (\\d+) planned; (\\d+) passed, 0 failed, 0 soft errs, 0 hard errs\\)");
  private static final int TESTS = 17;
  private static final int MOST_TOLD = 10_000;

  /** Of the JVMs that jcstress starts; given so, it tries no others. */
  private static final String FLAGS =
      "--add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED -Xmx256m"
          + " -XX:+UseSerialGC";

  @TempDir Path folder;

  @Test
  void allTestsAreFound() throws Exception {
    Path log = start(List.of("-l"), 120);
    long listed =
        Files.readAllLines(log).stream().filter(l -> l.startsWith("dev.ballast.")).count();
    assertEquals(TESTS, listed, () -> text(log));
  }

  /** Longer where the profile is given longer. */
  @Test
  @Tag("soak")
  void noOutcomeIsForbidden() throws Exception {
    double minutes = Double.parseDouble(System.getProperty("ballast.soak.minutes", "1"));
    String millis = Long.toString(Math.round(1000 * Math.min(10, minutes)));
    assertEquals(TESTS, run(170 + Math.round(600 * minutes), "-iters", "2", "-time", millis));
  }

  /** How many tests have passed. */
  private long run(long mostSeconds, String... options) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("-v", "-f", "1", "-fsm", "1", "-sc", "false"));
    all.addAll(List.of("-jvmArgs", FLAGS, "-r", folder.toString()));
    all.addAll(List.of(options));
    Path log = start(all, mostSeconds);
    Matcher m = PLANNED.matcher(text(log));
    long passed = 0;
    while (m.find()) {
      passed = m.group(1).equals(m.group(2)) ? Long.parseLong(m.group(2)) : passed;
    }
    return passed;
  }

  /** Runs jcstress to its end, which is a failure where an outcome was forbidden. */
  private Path start(List<String> options, long mostSeconds)
      throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("org.openjdk.jcstress.Main");
    command.addAll(options);
    Process p =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertTrue(p.waitFor(mostSeconds, TimeUnit.SECONDS), () -> "it does not end: " + end(log));
    } finally {
      p.descendants().forEach(ProcessHandle::destroyForcibly);
      p.destroyForcibly();
    }
    assertEquals(0, p.exitValue(), () -> end(log));
    return log;
  }

  /** A failure of a test that is run millions of times may be told as often. */
  private static String end(Path log) {
    String all = text(log);
    return all.substring(Math.max(0, all.length() - MOST_TOLD));
  }

  private static String text(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
