package dev.ballast.cli.log;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import dev.ballast.train.Epoch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A row for each epoch, as CSV with a header or as a JSON object a line. A run that goes on writes
 * its earlier epochs again, so that the file is always that of the whole run.
 */
public final class EpochLog implements RunLog {
  private final Writer out;
  private final SequenceWriter rows;

  private EpochLog(Writer out, ObjectWriter form) throws IOException {
    this.out = out;
    this.rows = form.writeValues(out);
  }

  /**
   * @param file ends in {@code .csv}, {@code .jsonl} or {@code .ndjson}, which says in what form
   * @throws IOException where it ends in something else, or can't be written
   */
  public static EpochLog open(Path file) throws IOException {
    ObjectWriter form = form(file);
    try {
      return new EpochLog(Files.newBufferedWriter(file), form);
    } catch (IOException e) {
      throw new IOException(file + ": no log can be written there; is there such a folder?", e);
    }
  }

  private static ObjectWriter form(Path file) throws IOException {
    String name = file.toString();
    if (name.endsWith(".csv")) {
      CsvMapper csv = new CsvMapper();
      return csv.writer(csv.schemaFor(EpochRow.class).withHeader());
    }
    if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
      ObjectMapper json = new ObjectMapper();
      json.configure(JsonGenerator.Feature.AUTO_CLOSE_TARGET, false);
      return json.writerFor(EpochRow.class).withRootValueSeparator("\n");
    }
    throw new IOException(file + ": a log ends in .csv or .jsonl");
  }

  @Override
  public void begin(List<Epoch> before, int steps) throws IOException {
    for (Epoch e : before) {
      rows.write(EpochRow.of(e));
    }
    rows.flush();
  }

  @Override
  public void onEpoch(Epoch epoch) {
    try {
      rows.write(EpochRow.of(epoch));
      rows.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    rows.close();
    out.close();
  }
}
