import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tomlj.Toml;
import org.tomlj.TomlTable;

/**
 * Trains the models of this folder and keeps the table in its README.md: {@code results.sh} says
 * how it is started, from the project's root.
 *
 * <p>{@code results.json} has a record for each definition. {@code network}, {@code data}, {@code
 * published} and, where a figure has one, {@code unit} are written by hand; {@code shown} names the
 * figure of the table where that is not the share of right answers, or the root mean square error.
 * {@code run} is written here: what {@code ballast train --json} said, and of which definition.
 */
public final class Results {
  private static final Path MODELS = Path.of("models");
  private static final Path RECORDS = MODELS.resolve("results.json");
  private static final Path PAGE = MODELS.resolve("README.md");
  private static final String BEGIN = "<!-- results: written by models/results.sh -->\n";
  private static final String END = "<!-- end of results -->\n";

  /** Where Debian's packages of data sets put them. */
  private static final Path SHARED = Path.of("/usr/share/datasets");

  private static final List<String> BY_HAND = List.of("network", "data", "published");
  private static final List<String> FIGURES =
      List.of("testAccuracy", "testRootMeanSquare", "testLoss");
  private static final List<String> KEPT =
      List.of(
          "testAccuracy",
          "testRootMeanSquare",
          "testLoss",
          "validationLoss",
          "epochs",
          "bestEpoch",
          "seed",
          "parameters",
          "trainingSeconds",
          "arenaBytes",
          "weightsChecksum");

  private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private final ObjectNode records;

  private Results() throws IOException {
    records =
        Files.exists(RECORDS)
            ? (ObjectNode) json.readTree(Files.readString(RECORDS))
            : json.createObjectNode();
  }

  public static void main(String[] words) throws IOException, InterruptedException {
    List<String> chosen = new ArrayList<>();
    Map<String, String> folders = new LinkedHashMap<>();
    for (int i = 0; i < words.length; i++) {
      if (words[i].equals("--data") && i + 1 < words.length && words[i + 1].contains("=")) {
        String[] pair = words[++i].split("=", 2);
        folders.put(pair[0], pair[1]);
      } else if (words[i].startsWith("-")) {
        System.err.println(
            "usage: models/results.sh [--data NAME=PATH]... [MODEL... | check | table]");
        System.exit(2);
      } else {
        chosen.add(words[i]);
      }
    }
    Results results = new Results();
    boolean well =
        switch (chosen.isEmpty() ? "" : chosen.get(0)) {
          case "check" -> results.check();
          case "table" -> results.writeTable();
          default -> results.train(chosen, folders);
        };
    System.exit(well ? 0 : 1);
  }

  private static List<String> definitions() throws IOException {
    try (Stream<Path> files = Files.list(MODELS)) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.endsWith(".toml"))
          .map(f -> f.substring(0, f.length() - ".toml".length()))
          .sorted()
          .toList();
    }
  }

  private static TomlTable definition(String model) throws IOException {
    return Toml.parse(MODELS.resolve(model + ".toml"));
  }

  // --- training --------------------------------------------------------------------------------

  /** Trains those that are chosen, or all; true where none of them failed. */
  private boolean train(List<String> chosen, Map<String, String> folders)
      throws IOException, InterruptedException {
    List<String> all = definitions();
    for (String model : chosen) {
      if (!all.contains(model)) {
        System.err.println("there is no models/" + model + ".toml, only " + all);
        return false;
      }
    }
    boolean well = true;
    for (String model : chosen.isEmpty() ? all : chosen) {
      String folder = definition(model).getString("data.folder");
      Optional<Path> data = data(folder, folders);
      if (data.isEmpty()) {
        System.err.printf(
            "%s: its row stays as it is: models/%s is not there; say where with --data %s=PATH%n",
            model, folder, folder);
        continue;
      }
      System.err.println("training " + model);
      well &= train(model, folder, data.get());
    }
    return writeTable() && well;
  }

  private static Optional<Path> data(String folder, Map<String, String> folders) {
    Path given = Path.of(folders.getOrDefault(folder, MODELS.resolve(folder).toString()));
    return Stream.of(given, SHARED.resolve(folder)).filter(Files::exists).findFirst();
  }

  private boolean train(String model, String folder, Path data)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile(model, ".ballast");
    try {
      List<String> command =
          new ArrayList<>(List.of("./ballast", "train", "models/" + model + ".toml"));
      String shown = String.join(" ", command);
      if (!data.equals(MODELS.resolve(folder))) {
        command.addAll(List.of("--data", data.toString()));
        shown += " --data " + folder;
      }
      command.addAll(List.of("--json", "--out", out.toString()));
      Process p =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (p.waitFor() != 0) {
        System.err.println(model + ": its row stays as it is: training failed");
        return false;
      }
      keep(model, shown, json.readTree(said));
      return true;
    } finally {
      Files.deleteIfExists(out);
    }
  }

  private void keep(String model, String command, JsonNode said) throws IOException {
    ObjectNode run = json.createObjectNode();
    run.put("command", command);
    run.put("definition", checksum(model));
    for (String key : KEPT) {
      if (said.has(key)) {
        run.set(key, said.get(key));
      }
    }
    run.put("processor", processor());
    ObjectNode record =
        records.has(model) ? (ObjectNode) records.get(model) : records.putObject(model);
    for (String key : BY_HAND) {
      if (!record.has(key)) {
        record.put(key, "");
      }
    }
    record.set("run", run);
    Files.writeString(RECORDS, json.writeValueAsString(records) + "\n");
  }

  private static String processor() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    String name = System.getProperty("os.arch");
    if (Files.isReadable(info)) {
      try (Stream<String> lines = Files.lines(info)) {
        name =
            lines
                .filter(l -> l.startsWith("model name"))
                .map(l -> l.substring(l.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(name);
      }
    }
    int cores = Runtime.getRuntime().availableProcessors();
    return name + ", " + cores + (cores == 1 ? " core" : " cores");
  }

  /** Of what a definition says, but for comments and where its data are to be had. */
  private static String checksum(String model) throws IOException {
    String text = MODELS.resolve(model + ".toml").toString();
    StringBuilder meaning = new StringBuilder();
    TomlTable toml = Toml.parse(Path.of(text));
    toml.dottedEntrySet(false).stream()
        .filter(e -> !e.getKey().equals("data.origin"))
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            e -> meaning.append(e.getKey()).append('=').append(text(e.getValue())).append('\n'));
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-256")
              .digest(meaning.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sum, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String text(Object value) {
    return value instanceof org.tomlj.TomlArray
        ? ((org.tomlj.TomlArray) value).toJson()
        : "" + value;
  }

  // --- the table -------------------------------------------------------------------------------

  private boolean writeTable() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN);
    int end = page.indexOf(END);
    if (begin < 0 || end < begin) {
      System.err.println(PAGE + ": has no lines " + BEGIN.strip() + " and " + END.strip());
      return false;
    }
    Files.writeString(PAGE, page.substring(0, begin) + BEGIN + table() + page.substring(end));
    return true;
  }

  private String table() {
    StringBuilder s = new StringBuilder("\n");
    s.append("| command | network | data | test | published | seed | seconds | arena bytes |\n");
    s.append("|---|---|---|---|---|---|---|---|\n");
    Map<String, List<String>> processors = new LinkedHashMap<>();
    boolean flatters = false;
    for (Map.Entry<String, JsonNode> e : records.properties()) {
      JsonNode record = e.getValue();
      s.append(row(e.getKey(), record));
      if (record.has("run")) {
        JsonNode run = record.get("run");
        flatters |= isChosenOnTest(run);
        processors
            .computeIfAbsent(run.get("processor").asText(), p -> new ArrayList<>())
            .add("`" + e.getKey() + "`");
      }
    }
    s.append("\nSeconds are those of all epochs, on ").append(machines(processors)).append(".");
    s.append(flatters ? " † The best epoch was chosen on the test data, which flatters.\n" : "\n");
    return s.append('\n').toString();
  }

  /** What was not trained yet has its row, without figures. */
  private static String row(String model, JsonNode record) {
    String network = record.path("network").asText();
    String data = record.path("data").asText();
    String published = record.path("published").asText();
    if (!record.has("run")) {
      String command = "./ballast train models/" + model + ".toml";
      return String.format(
          "| `%s` | %s | %s | – | %s | – | – | – |\n", command, network, data, published);
    }
    JsonNode run = record.get("run");
    return String.format(
        Locale.ROOT,
        "| `%s` | %s, %,d parameters | %s | %s%s | %s | %d | %.1f | %,d |\n",
        run.get("command").asText(),
        network,
        run.get("parameters").asLong(),
        data,
        figure(record),
        isChosenOnTest(run) ? " †" : "",
        published,
        run.get("seed").asLong(),
        run.get("trainingSeconds").asDouble(),
        run.get("arenaBytes").asLong());
  }

  private static boolean isChosenOnTest(JsonNode run) {
    return !run.has("validationLoss");
  }

  private static String machines(Map<String, List<String>> processors) {
    if (processors.size() == 1) {
      return processors.keySet().iterator().next();
    }
    List<String> each = new ArrayList<>();
    processors.forEach((p, models) -> each.add(p + " (" + String.join(", ", models) + ")"));
    return String.join("; ", each);
  }

  private static String figure(JsonNode record) {
    JsonNode run = record.path("run");
    String key =
        record.has("shown")
            ? record.get("shown").asText()
            : FIGURES.stream().filter(run::has).findFirst().orElse("none");
    double value = run.path(key).asDouble(Double.NaN);
    String unit = record.has("unit") ? " " + record.get("unit").asText() : "";
    return switch (key) {
      case "testAccuracy" -> String.format(Locale.ROOT, "%.2f %%", 100 * value);
      case "testRootMeanSquare" ->
          String.format(Locale.ROOT, "root mean square error %.4f%s", value, unit);
      default -> String.format(Locale.ROOT, "loss %.4f%s", value, unit);
    };
  }

  // --- checking --------------------------------------------------------------------------------

  /** Says where records, definitions and table differ. */
  private boolean check() throws IOException {
    List<String> complaints = new ArrayList<>();
    List<String> all = definitions();
    for (String model : all) {
      JsonNode record = records.path(model);
      String again = ": models/results.sh " + model;
      if (record.isMissingNode()) {
        complaints.add("models/" + model + ".toml has no row" + again);
      } else if (record.has("run")
          && !record.get("run").path("definition").asText().equals(checksum(model))) {
        complaints.add("models/" + model + ".toml has changed since its row was made" + again);
      }
      for (String key : BY_HAND) {
        if (!record.isMissingNode() && record.path(key).asText().isEmpty()) {
          complaints.add(RECORDS + ": write what is " + key + " of " + model);
        }
      }
    }
    for (Map.Entry<String, JsonNode> e : records.properties()) {
      if (!all.contains(e.getKey())) {
        complaints.add(RECORDS + ": there is no models/" + e.getKey() + ".toml");
      }
    }
    String page = Files.readString(PAGE);
    if (!page.contains(BEGIN + table() + END)) {
      complaints.add(PAGE + ": its table is not what the records say: models/results.sh table");
    }
    complaints.forEach(System.err::println);
    return complaints.isEmpty();
  }
}
