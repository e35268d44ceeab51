package dev.ballast.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.ir.Phase;
import dev.ballast.op.OpRegistry;
import dev.ballast.tensor.DType;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What FORMAT.md says against what the code does. */
class FormatDocumentTest {
  private static final Map<String, String> TYPES =
      Map.of(
          "int", "INT",
          "long", "LONG",
          "double", "DOUBLE",
          "boolean", "BOOLEAN",
          "java.lang.String", "STRING",
          "dev.ballast.tensor.DType", "DTYPE",
          "java.util.List<java.lang.Integer>", "INTS");

  @TempDir Path folder;

  private static String document() throws IOException {
    Path module = Path.of(System.getProperty("basedir", ""));
    return Files.readString(module.resolve("../docs/FORMAT.md"));
  }

  /** Reads first and second cell of the rows whose first cell is in backquotes. */
  @Test
  void theTableOfOpsIsTheRegistrys() throws IOException {
    String ops = section("## Ops");
    Map<String, String> told =
        Pattern.compile("(?m)^\\| `([a-z0-9_]+)` \\| ([^|]*)\\|")
            .matcher(ops)
            .results()
            .collect(Collectors.toMap(m -> m.group(1), m -> m.group(2).strip()));
    Map<String, String> built = new TreeMap<>();
    OpRegistry.builtIn()
        .ops()
        .forEach(
            (name, op) ->
                built.put(
                    name,
                    Arrays.stream(op.getRecordComponents())
                        .map(FormatDocumentTest::attribute)
                        .collect(Collectors.joining(", "))));
    assertEquals(built, new TreeMap<>(told));
  }

  private static String attribute(RecordComponent c) {
    String type = c.getGenericType().getTypeName();
    return c.getName() + " " + TYPES.getOrDefault(type, "unsupported " + type);
  }

  private static String section(String heading) throws IOException {
    String text = document();
    int from = text.indexOf("\n" + heading + "\n");
    int to = text.indexOf("\n## ", from + 1);
    return text.substring(from, to < 0 ? text.length() : to);
  }

  @Test
  void theCodesAreTheCodes() throws IOException {
    assertEquals(toldCodes("dtype"), codes(Layout.DTYPES));
    assertEquals(toldCodes("value kind"), codes(Layout.VALUE_KINDS));
    assertEquals(toldCodes("phase"), codes(Layout.PHASES));
    assertEquals(toldCodes("attribute type"), codes(Layout.ATTRIBUTE_TYPES));
  }

  private static Map<Integer, String> codes(Codes<?> codes) {
    Map<Integer, String> names = new TreeMap<>();
    codes.byCode().forEach((code, value) -> names.put(code, value.name()));
    return names;
  }

  /** The first two cells of the table whose first heading is given. */
  private static Map<Integer, String> toldCodes(String heading) throws IOException {
    String text = document();
    int from = text.indexOf("| " + heading + " | code |");
    String table = text.substring(from, text.indexOf("\n\n", from));
    return Pattern.compile("(?m)^\\| ([A-Z0-9]+) \\| (\\d+) \\|")
        .matcher(table)
        .results()
        .collect(
            Collectors.toMap(
                m -> Integer.valueOf(m.group(2)), m -> m.group(1), (a, b) -> a, TreeMap::new));
  }

  @Test
  void everyConstantHasACode() {
    assertEquals(Layout.DTYPES.byCode().size(), DType.values().length);
    assertEquals(Layout.PHASES.byCode().size(), Phase.values().length);
    assertEquals(Layout.VALUE_KINDS.byCode().size(), Layout.ValueKind.values().length);
    assertEquals(Layout.ATTRIBUTE_TYPES.byCode().size(), Layout.AttributeType.values().length);
  }

  @Test
  void theChecksumIsTheOneDescribed() {
    CRC32C crc = new CRC32C();
    crc.update("123456789".getBytes(StandardCharsets.US_ASCII));
    assertEquals(0xE3069283L, crc.getValue());
  }

  @Test
  void theExampleIsWhatIsWritten() throws IOException {
    byte[] bytes = Samples.bytes(folder, Samples.line(), "seed", "42");
    String told =
        Pattern.compile("(?s)```\n(.*?)```")
            .matcher(section("## Example"))
            .results()
            .map((MatchResult m) -> m.group(1))
            .findFirst()
            .orElse("none");
    assertEquals(hexdump(bytes), told);
  }

  /** As {@code hexdump -C} prints it. */
  private static String hexdump(byte[] bytes) {
    StringBuilder s = new StringBuilder();
    String last = "";
    boolean starred = false;
    for (int at = 0; at < bytes.length; at += 16) {
      StringBuilder hex = new StringBuilder();
      StringBuilder text = new StringBuilder();
      for (int i = at; i < at + 16; i++) {
        hex.append(i == at + 8 ? " " : "").append("%02x ".formatted(bytes[i]));
        text.append(bytes[i] >= ' ' && bytes[i] < 127 ? (char) bytes[i] : '.');
      }
      String line = hex + " |" + text + "|";
      if (line.equals(last)) {
        s.append(starred ? "" : "*\n");
        starred = true;
      } else {
        s.append("%08x  %s\n".formatted(at, line));
        starred = false;
      }
      last = line;
    }
    return s.append("%08x\n".formatted(bytes.length)).toString();
  }
}
