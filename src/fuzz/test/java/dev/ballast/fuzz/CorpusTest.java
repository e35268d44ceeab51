package dev.ballast.fuzz;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Each reader meets again what fuzzers have come to before, what they found among it. */
class CorpusTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  static Path corpora() {
    return Path.of(System.getProperty("ballast.root", "../..")).resolve("src/fuzz/corpus");
  }

  @TestFactory
  Stream<DynamicTest> eachReaderMeetsItsCorpus() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Reader r : Reader.values()) {
      Path folder = corpora().resolve(r.folder());
      assertTrue(Files.isDirectory(folder), folder + " is missing");
      try (Stream<Path> files = Files.list(folder)) {
        for (Path f : files.sorted().toList()) {
          byte[] input = Files.readAllBytes(f);
          tests.add(
              DynamicTest.dynamicTest(
                  r.folder() + "/" + f.getFileName(),
                  () -> assertTimeoutPreemptively(PATIENCE, () -> r.read(input))));
        }
      }
    }
    return tests.stream();
  }

  /** Where every input is refused at the door, nothing behind it is ever tried. */
  @TestFactory
  Stream<DynamicTest> eachReaderAcceptsAnInputOfItsCorpus() {
    return Stream.of(Reader.values())
        .map(
            r ->
                DynamicTest.dynamicTest(
                    r.folder(),
                    () -> {
                      long before = Trial.accepted();
                      try (Stream<Path> files = Files.list(corpora().resolve(r.folder()))) {
                        for (Path f : files.toList()) {
                          r.read(Files.readAllBytes(f));
                        }
                      }
                      assertTrue(Trial.accepted() > before, "all inputs were refused");
                    }));
  }
}
