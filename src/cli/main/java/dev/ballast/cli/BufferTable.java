package dev.ballast.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import dev.ballast.plan.Placement;
import dev.ballast.tensor.PlanException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Buffers as MiniMalloc writes them: a header with the columns id, lower, upper and size in any
 * order, and a row for each buffer; it lives from lower until before upper. Other columns are kept,
 * but for offset, which is what is asked for.
 *
 * @param columns the header
 * @param rows the cells of each row
 * @param problem from the first time on; times that span more than {@code MOST_STEPS} count by rank
 */
public record BufferTable(
    List<String> columns, List<List<String>> rows, Placement.Problem problem) {
  private static final List<String> NEEDED = List.of("id", "lower", "upper", "size");
  private static final String OFFSET = "offset";

  /** Steps are counted by ints. */
  private static final long MOST_STEPS = 1L << 30;

  /** The cells of a row that are numbers. */
  private record Row(long lower, long upper, long size) {}

  /**
   * @throws IOException where the file can't be read, with the line that is wrong
   */
  public static BufferTable read(Path file) throws IOException {
    String text;
    try {
      text = Files.readString(file, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw new IOException(file + ": is not text in UTF-8", e);
    }
    CsvMapper mapper =
        CsvMapper.builder()
            .enable(CsvParser.Feature.WRAP_AS_ARRAY)
            .enable(CsvParser.Feature.TRIM_SPACES)
            .build();
    try (MappingIterator<String[]> lines =
        mapper
            .readerFor(String[].class)
            .readValues(text.startsWith("\ufeff") ? text.substring(1) : text)) {
      return new Reading(file, lines).table();
    } catch (JsonProcessingException e) {
      throw new IOException(
          file + ": line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage(), e);
    }
  }

  /** One reading of a file. */
  private static final class Reading {
    private final Path file;
    private final MappingIterator<String[]> lines;
    private final Map<String, Integer> firstLine = new HashMap<>();
    private long line;

    private Reading(Path file, MappingIterator<String[]> lines) {
      this.file = file;
      this.lines = lines;
    }

    private BufferTable table() throws IOException {
      List<String> columns = header();
      List<List<String>> rows = new ArrayList<>();
      List<Row> numbers = new ArrayList<>();
      while (lines.hasNextValue()) {
        line = lines.getCurrentLocation().getLineNr();
        List<String> cells = List.of(lines.nextValue());
        if (cells.size() == 1 && cells.getFirst().isEmpty()) {
          continue;
        }
        if (cells.size() != columns.size()) {
          throw wrong("has " + cells.size() + " cells, the header " + columns.size());
        }
        Map<String, String> cell = new LinkedHashMap<>();
        for (int i = 0; i < cells.size(); i++) {
          cell.put(columns.get(i), cells.get(i));
        }
        numbers.add(row(cell));
        rows.add(cells);
      }
      try {
        return new BufferTable(columns, rows, problem(numbers));
      } catch (PlanException e) {
        throw new IOException(file + ": " + e.getMessage(), e);
      }
    }

    private List<String> header() throws IOException {
      line = 1;
      List<String> columns = lines.hasNextValue() ? List.of(lines.nextValue()) : List.of();
      for (String needed : NEEDED) {
        if (columns.stream().filter(needed::equals).count() != 1) {
          throw wrong("the header must name id, lower, upper and size once each, not " + columns);
        }
      }
      return columns;
    }

    private Row row(Map<String, String> cell) throws IOException {
      String id = cell.get("id");
      Integer before = firstLine.putIfAbsent(id, (int) line);
      if (before != null) {
        throw wrong("the id " + id + " is that of line " + before + " too");
      }
      Row r = new Row(number(cell, "lower"), number(cell, "upper"), number(cell, "size"));
      if (r.lower() >= r.upper()) {
        throw wrong(
            "buffer "
                + id
                + " ends at "
                + r.upper()
                + ", before it has begun: lower must be below upper");
      }
      if (r.size() < 0) {
        throw wrong("buffer " + id + " has a size of " + r.size() + ", below 0");
      }
      return r;
    }

    private long number(Map<String, String> cell, String column) throws IOException {
      try {
        return Long.parseLong(cell.get(column));
      } catch (NumberFormatException e) {
        IOException wrong = wrong(column + " is \"" + cell.get(column) + "\", not a whole number");
        wrong.initCause(e);
        throw wrong;
      }
    }

    private IOException wrong(String what) {
      return new IOException(file + ": line " + line + ": " + what);
    }
  }

  private static Placement.Problem problem(List<Row> rows) {
    SortedMap<Long, Integer> step = steps(rows);
    return new Placement.Problem(
        rows.stream().mapToLong(Row::size).toArray(),
        rows.stream().mapToInt(r -> step.get(r.lower())).toArray(),
        rows.stream().mapToInt(r -> step.get(r.upper())).toArray());
  }

  /** Times, from 0; where they are too large to be counted one by one, their ranks. */
  private static SortedMap<Long, Integer> steps(List<Row> rows) {
    TreeMap<Long, Integer> step = new TreeMap<>();
    for (Row r : rows) {
      step.put(r.lower(), 0);
      step.put(r.upper(), 0);
    }
    if (step.isEmpty()) {
      return step;
    }
    long first = step.firstKey();
    // The difference of two longs may overflow, and is below zero then.
    long extent = step.lastKey() - first;
    boolean asTheyAre = extent >= 0 && extent <= MOST_STEPS;
    int rank = 0;
    for (Map.Entry<Long, Integer> e : step.entrySet()) {
      e.setValue(asTheyAre ? (int) (e.getKey() - first) : rank);
      rank++;
    }
    return step;
  }

  /** The same rows with a column for their offsets. */
  public String with(long[] offsets) throws IOException {
    int old = columns.indexOf(OFFSET);
    List<String> kept = new ArrayList<>(columns);
    kept.remove(OFFSET);
    kept.add(OFFSET);
    List<List<String>> all = new ArrayList<>();
    all.add(kept);
    for (int i = 0; i < offsets.length; i++) {
      List<String> cells = new ArrayList<>(rows.get(i));
      if (old >= 0) {
        cells.remove(old);
      }
      cells.add(Long.toString(offsets[i]));
      all.add(cells);
    }
    return new CsvMapper()
        .writerFor(List.class)
        .with(CsvSchema.emptySchema())
        .writeValueAsString(all);
  }

  /**
   * Walks through time with what is live sorted by offset, and knows nothing of how offsets were
   * found.
   *
   * @return the highest byte used
   * @throws PlanException where two buffers overlap
   */
  public static long verify(Placement.Problem p, long[] offsets) {
    Integer[] events = new Integer[2 * p.count()];
    Arrays.setAll(events, i -> i);
    // Even: a birth; odd: a death, which comes first at the same step.
    Arrays.sort(
        events,
        (a, b) -> {
          int byStep = Integer.compare(step(p, a), step(p, b));
          return byStep != 0 ? byStep : Integer.compare(b & 1, a & 1);
        });
    TreeMap<Long, Integer> live = new TreeMap<>();
    long top = 0;
    for (int event : events) {
      int i = event / 2;
      if (p.sizes()[i] == 0) {
        continue;
      }
      if ((event & 1) == 1) {
        live.remove(offsets[i]);
        continue;
      }
      long end = offsets[i] + p.sizes()[i];
      Map.Entry<Long, Integer> below = live.lowerEntry(end);
      if (offsets[i] < 0
          || (below != null && below.getKey() + p.sizes()[below.getValue()] > offsets[i])) {
        throw new PlanException("the placement is wrong: buffer " + i + " overlaps another");
      }
      live.put(offsets[i], i);
      top = Math.max(top, end);
    }
    return top;
  }

  private static int step(Placement.Problem p, int event) {
    return (event & 1) == 1 ? p.to()[event / 2] : p.from()[event / 2];
  }
}
