package dev.ballast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes.Name;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bill of materials, the jars of programs, and the list in the README say the same. */
class MaterialsIT {
  private static final Path ROOT =
      Path.of(System.getProperty("ballast.root", "..")).toAbsolutePath().normalize();
  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

  /** Names in poms that no list of SPDX has. */
  private static final Map<String, String> SPDX =
      Map.of(
          "GNU General Public License (GPL), version 2, with the Classpath exception",
          "GPL-2.0-with-classpath-exception");

  /** What the bill knows, by reference. */
  private static final Map<String, JsonNode> COMPONENTS = new TreeMap<>();

  private static final Map<String, Set<String>> NEEDS = new HashMap<>();

  @BeforeAll
  static void readTheBill() throws IOException {
    Path bill = ROOT.resolve("target/bom.json");
    Assumptions.assumeTrue(Files.exists(bill), "an offline build makes no bill of materials");
    JsonNode root = new ObjectMapper().readTree(bill.toFile());
    root.get("components").forEach(c -> COMPONENTS.put(c.get("bom-ref").asText(), c));
    for (JsonNode d : root.get("dependencies")) {
      Set<String> needs = new HashSet<>();
      d.path("dependsOn").forEach(n -> needs.add(n.asText()));
      NEEDS.put(d.get("ref").asText(), needs);
    }
  }

  private static boolean isOwn(JsonNode component) {
    return component.get("group").asText().equals("dev.ballast");
  }

  private static String name(JsonNode component) {
    return component.get("name").asText();
  }

  /** All that a module needs; what its own modules need alone, if these are not to be followed. */
  private static Set<JsonNode> needsOf(JsonNode module, boolean followOwn) {
    Set<JsonNode> all = new HashSet<>();
    Deque<JsonNode> open = new ArrayDeque<>(List.of(module));
    while (!open.isEmpty()) {
      for (String ref : NEEDS.get(open.pop().get("bom-ref").asText())) {
        JsonNode needed = COMPONENTS.get(ref);
        if ((followOwn || !isOwn(needed)) && all.add(needed)) {
          open.push(needed);
        }
      }
    }
    return all;
  }

  private static JsonNode module(String name) {
    return COMPONENTS.values().stream()
        .filter(c -> isOwn(c) && name(c).equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String jar(JsonNode component) {
    Matcher classifier = Pattern.compile("classifier=([^&]+)").matcher(text(component, "purl"));
    return name(component)
        + "-"
        + text(component, "version")
        + (classifier.find() ? "-" + classifier.group(1) : "")
        + ".jar";
  }

  private static String text(JsonNode node, String field) {
    return node.get(field).asText();
  }

  private static String sha256(JsonNode component) {
    for (JsonNode hash : component.get("hashes")) {
      if (text(hash, "alg").equals("SHA-256")) {
        return text(hash, "content");
      }
    }
    throw new AssertionError("no SHA-256 of " + name(component));
  }

  @ParameterizedTest
  @CsvSource({"ballast-cli, src/cli", "ballast-bench, bench"})
  void programsRunOnTheJarsOfTheBill(String module, Path folder) throws Exception {
    Path target = ROOT.resolve(folder).resolve("target");
    String classPath;
    try (JarFile program = new JarFile(target.resolve(module + ".jar").toFile())) {
      classPath = program.getManifest().getMainAttributes().getValue(Name.CLASS_PATH);
    }
    Set<JsonNode> needs = needsOf(module(module), true);
    assertEquals(
        new TreeSet<>(needs.stream().map(c -> "lib/" + jar(c)).toList()),
        new TreeSet<>(List.of(classPath.split(" "))));
    for (JsonNode c : needs) {
      if (!isOwn(c)) {
        byte[] jar = Files.readAllBytes(target.resolve("lib").resolve(jar(c)));
        byte[] sum = MessageDigest.getInstance("SHA-256").digest(jar);
        assertEquals(sha256(c), HexFormat.of().formatHex(sum), jar(c));
      }
    }
  }

  @Test
  void theLibraryNeedsTheNativesAlone() {
    Set<String> needs = new TreeSet<>();
    needsOf(module("ballast"), true).forEach(c -> needs.add(name(c)));
    assertEquals(Set.of("ballast-openblas", "openblas"), needs);
  }

  @Test
  void nativesHaveTheSumsOfTheManifest() throws Exception {
    String manifest =
        Files.readString(
            ROOT.resolve("native-bindings/main/resources/dev/ballast/openblas/natives.manifest"));
    JsonNode inside = natives().get("components");
    assertTrue(!inside.isEmpty());
    for (JsonNode file : inside) {
      Pattern line = Pattern.compile(sha256(file) + " \\d+ " + Pattern.quote(name(file)));
      assertTrue(line.matcher(manifest).find(), line.pattern());
    }
  }

  private static JsonNode natives() {
    return COMPONENTS.values().stream()
        .filter(c -> text(c, "group").equals("org.bytedeco"))
        .findFirst()
        .orElseThrow();
  }

  /** Of what is inside, where the bill says so. */
  private static Set<String> licences(JsonNode component) {
    Set<String> licences = new TreeSet<>();
    if (component.has("components")) {
      component.get("components").forEach(c -> licences.addAll(licences(c)));
      return licences;
    }
    for (JsonNode entry : component.get("licenses")) {
      JsonNode licence = entry.path("license");
      licences.add(
          entry.has("expression")
              ? text(entry, "expression")
              : licence.has("id")
                  ? text(licence, "id")
                  : SPDX.getOrDefault(text(licence, "name"), text(licence, "name")));
    }
    return licences;
  }

  /** Which modules bring a library, not counting those that get it through another module. */
  private static Set<String> broughtBy(JsonNode library) {
    return COMPONENTS.values().stream()
        .filter(m -> isOwn(m) && needsOf(m, false).contains(library))
        .map(MaterialsIT::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private record Row(Set<String> libraries, String licences, Set<String> modules) {
    static Row of(String line) {
      String[] cells = line.split("\\|");
      return new Row(quoted(cells[1]), cells[2], quoted(cells[3]));
    }
  }

  private static Set<String> quoted(String text) {
    return QUOTED
        .matcher(text)
        .results()
        .map(m -> m.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String section() throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));
    int from = readme.indexOf("## What it depends on");
    return readme.substring(from, readme.indexOf("\n## ", from));
  }

  @Test
  void theReadmeListsTheLibrariesOfTheBill() throws Exception {
    Map<String, Row> rows = new HashMap<>();
    section()
        .lines()
        .filter(line -> line.startsWith("| `"))
        .map(Row::of)
        .forEach(row -> row.libraries().forEach(name -> rows.put(name, row)));
    for (JsonNode c : COMPONENTS.values()) {
      if (isOwn(c)) {
        continue;
      }
      Row row = rows.remove(name(c));
      String wanted =
          "a row with `%s`, the licence %s, and the modules %s"
              .formatted(name(c), licences(c), broughtBy(c));
      assertTrue(row != null, () -> "README.md lacks " + wanted);
      for (String licence : licences(c)) {
        assertTrue(row.licences().contains(licence), () -> "README.md should have " + wanted);
      }
      assertEquals(broughtBy(c), row.modules(), () -> "README.md should have " + wanted);
    }
    assertEquals(Set.of(), rows.keySet(), "README.md lists what no module needs");
  }

  /** Libraries of modules that are not delivered or of tests, and plugins that aren't Maven's. */
  @Test
  void theReadmeNamesWhatBuildsAndTests() throws Exception {
    Set<String> named = quoted(section());
    Pattern artifact =
        Pattern.compile("<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>");
    for (Path pom : poms()) {
      Matcher m = artifact.matcher(Files.readString(pom));
      while (m.find()) {
        boolean counts =
            !m.group(1).equals("dev.ballast")
                && !m.group(1).equals("org.apache.maven.plugins")
                && !m.group(1).equals("*")
                && !m.group(2).equals("junit-bom");
        assertTrue(
            !counts || named.contains(m.group(2)),
            () -> "README.md, What it depends on, does not name `%s`".formatted(m.group(2)));
      }
    }
  }

  private static List<Path> poms() throws IOException {
    Matcher modules =
        Pattern.compile("<module>([^<]+)</module>")
            .matcher(Files.readString(ROOT.resolve("pom.xml")));
    return Stream.concat(
            Stream.of(ROOT.resolve("pom.xml")),
            modules.results().map(m -> ROOT.resolve(m.group(1)).resolve("pom.xml")))
        .toList();
  }
}
