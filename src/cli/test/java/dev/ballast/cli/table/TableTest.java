package dev.ballast.cli.table;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.data.ArrayDataset;
import dev.ballast.data.Dataset;
import dev.ballast.data.Partition.Shares;
import dev.ballast.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableTest {
  private static final BadRows REFUSED = new BadRows.Refused();
  private static final TableOptions OPTIONS =
      new TableOptions(
          TableRules.defaults(), "y", List.of(), List.of(), List.of(), true, List.of(), false);

  @TempDir Path folder;

  private static TableOptions filling(TableOptions o) {
    TableRules rules = new TableRules(',', List.of(""), true, false);
    return new TableOptions(
        rules,
        o.target(),
        o.numeric(),
        o.categorical(),
        o.ignored(),
        o.labels(),
        o.classes(),
        false);
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private Table table(String text, TableOptions options) throws IOException {
    return new Table(file("t.csv", text), Optional.empty(), options, Shares.NONE);
  }

  /** What scikit-learn makes of the same table; see table_goldens.py. */
  @Test
  void columnsBecomeWhatScikitLearnMakesOfThem() throws IOException {
    List<String> golden;
    try (InputStream in = TableTest.class.getResourceAsStream("/goldens/table.txt")) {
      golden = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
    int end = golden.indexOf("");
    String header = golden.getFirst() + "\n";
    Path train = file("train.csv", header + String.join("\n", golden.subList(1, 7)));
    Path all = file("all.csv", header + String.join("\n", golden.subList(1, end)));
    Table table = new Table(train, Optional.of(all), filling(OPTIONS), Shares.NONE);
    TableFit fit = table.fit(REFUSED);
    TableFit stored = TableFit.of(train, fit.toJson());
    assertEquals(fit, stored);
    int rows = 0;
    try (ArrayDataset test = table.test(stored, Shape.of(6), REFUSED)) {
      float[] x = test.examples().toFloats();
      for (String line : golden.subList(end + 1, golden.size())) {
        double[] expected = Arrays.stream(line.split(" ")).mapToDouble(Double::valueOf).toArray();
        for (int i = 0; i < 6; i++) {
          assertEquals(expected[i], x[6 * rows + i], 2e-6, "row " + rows + ", place " + i);
        }
        assertEquals(rows % 2, test.targets().getLong(rows));
        rows++;
      }
    }
    assertEquals(9, rows);
  }

  @Test
  void nothingIsLearntFromRowsThatAreNotForTraining() throws IOException {
    StringBuilder text = new StringBuilder("x,y\n");
    for (int i = 0; i < 40; i++) {
      text.append(i * i).append(",").append(i % 2 == 0 ? "even" : "odd").append("\n");
    }
    Path file = file("t.csv", text.toString());
    Table table = new Table(file, Optional.empty(), OPTIONS, new Shares(0.25, 0.2, 3));
    TableFit fit = table.fit(REFUSED);
    try (Dataset train = table.train(fit, Shape.of(1), REFUSED);
        Dataset validation = table.validation(fit, Shape.of(1), REFUSED).orElseThrow();
        Dataset test = table.test(fit, Shape.of(1), REFUSED)) {
      assertEquals(List.of(24, 6, 10), List.of(train.size(), validation.size(), test.size()));
      double[] x = ((ArrayDataset) train).examples().toDoubles();
      double mean = Arrays.stream(x).average().orElseThrow();
      double square = Arrays.stream(x).map(v -> v * v).average().orElseThrow();
      assertEquals(0, mean, 1e-6);
      assertEquals(1, square, 1e-6);
      Column.Numeric column = (Column.Numeric) fit.columns().getFirst();
      List<Long> seen = new ArrayList<>();
      for (Dataset part : List.of(train, validation, test)) {
        for (double v : ((ArrayDataset) part).examples().toDoubles()) {
          seen.add(Math.round(Math.sqrt(v * column.deviation() + column.mean())));
        }
      }
      assertEquals(
          java.util.stream.LongStream.range(0, 40).boxed().toList(),
          seen.stream().sorted().toList());
    }
  }

  @Test
  void quotesBlankLinesMarksAndGzipAreRead() throws IOException {
    String text = "\ufeff\"a;1\";y\r\n\"1\";\"one \"\"x\"\"\"\r\n\r\n 2 ;\"two\nlines\"\r\n";
    Path packed = folder.resolve("t.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    TableRules rules = new TableRules(';', List.of(""), false, false);
    TableOptions options =
        new TableOptions(rules, "y", List.of(), List.of(), List.of(), true, List.of(), false);
    TableFit fit = new Table(packed, Optional.empty(), options, Shares.NONE).fit(REFUSED);
    assertEquals(List.of("one \"x\"", "two\nlines"), fit.classes());
    assertEquals("a;1", fit.columns().getFirst().name());
    assertEquals(1.5, ((Column.Numeric) fit.columns().getFirst()).mean());
  }

  @Test
  void aTargetOfNumbersIsStandardizedAndComesBack() throws IOException {
    TableOptions options =
        new TableOptions(
            TableRules.defaults(), "y", List.of(), List.of(), List.of(), false, List.of(), true);
    Table table = table("x,y\n1,10\n2,20\n3,60\n", options);
    TableFit fit = table.fit(REFUSED);
    Target.Quantity y = (Target.Quantity) fit.target();
    assertEquals(30, y.mean(), 1e-12);
    assertEquals(Math.sqrt(1400 / 3.0), y.deviation(), 1e-12);
    try (ArrayDataset train = table.train(fit, Shape.of(1), REFUSED)) {
      assertEquals(60, y.inItsUnit(train.targets().get(2)), 1e-5);
    }
  }

  @Test
  void classesThatAreNumbersAreInTheirOrder() throws IOException {
    TableFit fit = table("x,y\n1,10\n2,9\n3,-1\n", OPTIONS).fit(REFUSED);
    assertEquals(List.of("-1", "9", "10"), fit.classes());
  }

  /** What is in the file, and the complaint behind its name; a bar is the end of a line. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      textBlock =
          """
          x,y|1,a|2,b,c          # :3: has 3 cells, the header 2
          x,y|1,a||2             # :4: has 1 cells, the header 2
          x,y|1,a|two,b          # :3: column 1 'x': 'two' is no number, and the first cell of the column is; where it holds categories, list it in categorical
          x,y|1,a|NaN,b          # :3: column 1 'x': 'NaN' is no finite number; where it stands for a missing value, list it in missing_marks
          x,y|1,a|1e999,b        # :3: column 1 'x': '1e999' is no finite number; where it stands for a missing value, list it in missing_marks
          x,y|1,a|,b             # :3: column 1 'x': is empty; missing = "fill" takes the mean or the most frequent instead
          x,y|1,a|2,             # :3: column 2 'y': the target is missing
          x,z|1,a                # :1: there is no column 'y', only [x, z]
          x,x,y|1,2,a            # :1: column 2 is named 'x' like another
          x,,y|1,2,a             # :1: column 2 has no name
          x,y                    # : has no row that can be used
          x,y|"1,a               # :3: Missing closing quote for value
          """)
  void whatIsBadIsToldWithItsPlace(String text, String complaint) throws IOException {
    Table table = table(text.strip().replace("|", "\n") + "\n", OPTIONS);
    IOException e = assertThrows(IOException.class, () -> table.fit(REFUSED));
    String name = table.file().toString();
    assertTrue(e.getMessage().startsWith(name), e.getMessage());
    assertTrue(
        e.getMessage().substring(name.length()).startsWith(complaint.strip()), e.getMessage());
  }

  @Test
  void anEmptyFileAndOneThatIsNoTextAreRefused() throws IOException {
    assertTrue(
        assertThrows(IOException.class, () -> table("", OPTIONS).fit(REFUSED))
            .getMessage()
            .endsWith("t.csv: is empty; a table starts with the names of its columns"));
    Path binary =
        Files.write(folder.resolve("b.csv"), new byte[] {'x', ',', 'y', '\n', (byte) 0xff});
    Table table = new Table(binary, Optional.empty(), OPTIONS, Shares.NONE);
    assertEquals(
        binary + ": is not text in UTF-8",
        assertThrows(IOException.class, () -> table.fit(REFUSED)).getMessage());
  }

  @Test
  void badRowsAreLeftOutAndToldWhereThatIsAsked() throws IOException {
    List<String> told = new ArrayList<>();
    BadRows skipped = new BadRows.Skipped(told::add);
    Table table = table("x,y\n1,a\n2,b,c\nNaN,a\n5,b\n", OPTIONS);
    TableFit fit = table.fit(skipped);
    assertEquals(2, told.size());
    assertTrue(told.getFirst().endsWith("t.csv:3: has 3 cells, the header 2"), told.getFirst());
    assertEquals(3, ((Column.Numeric) fit.columns().getFirst()).mean());
    try (ArrayDataset train = table.train(fit, Shape.of(1), skipped)) {
      assertArrayEquals(new float[] {-1, 1}, train.examples().toFloats());
    }
  }

  @Test
  void aClassWithoutRowsIsNamed() throws IOException {
    TableOptions options =
        new TableOptions(
            TableRules.defaults(),
            "y",
            List.of(),
            List.of(),
            List.of(),
            true,
            List.of("a", "b", "c"),
            false);
    IOException e =
        assertThrows(IOException.class, () -> table("x,y\n1,a\n2,b\n", options).fit(REFUSED));
    assertTrue(
        e.getMessage().endsWith("t.csv: no row to train with has class 'c' in column 'y'"),
        e.getMessage());
    e = assertThrows(IOException.class, () -> table("x,y\n1,a\n2,d\n", options).fit(REFUSED));
    assertTrue(
        e.getMessage().endsWith("t.csv:3: column 2 'y': 'd' is none of the classes [a, b, c]"),
        e.getMessage());
  }

  @Test
  void columnsThatChangedAreNamed() throws IOException {
    TableFit fit = table("length,colour,y\n1,red,a\n2,blue,b\n", OPTIONS).fit(REFUSED);
    Path renamed = file("u.csv", "colour,size\nred,1\n");
    IOException e =
        assertThrows(
            IOException.class, () -> TableReader.examples(renamed, fit, REFUSED, (row, x) -> {}));
    assertTrue(
        e.getMessage()
            .endsWith(
                "u.csv:1: there is no column 'length', which the model was trained with; it has"
                    + " [size], which the model does not"),
        e.getMessage());
    List<String> rows = new ArrayList<>();
    Path moved = file("v.csv", "colour,length\nred,1.5\ngreen,2.5\n");
    TableReader.examples(
        moved,
        fit,
        REFUSED,
        (row, x) -> rows.add(row.substring(row.length() - 7) + Arrays.toString(x)));
    assertEquals(List.of("v.csv:2[0.0, 0.0, 1.0]", "v.csv:3[2.0, 0.0, 0.0]"), rows);
    TableRules strict = new TableRules(',', List.of(""), false, true);
    TableFit refusing = new TableFit(strict, fit.columns(), fit.target());
    e =
        assertThrows(
            IOException.class,
            () -> TableReader.examples(moved, refusing, REFUSED, (row, x) -> {}));
    assertTrue(
        e.getMessage()
            .endsWith(
                "v.csv:3: column 1 'colour': 'green' is none of the categories that the model was"
                    + " trained with: [blue, red]"),
        e.getMessage());
  }
}
