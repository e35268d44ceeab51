package dev.ballast.cli.table;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A table of text: comma-separated values after a header, quoted as RFC 4180 says, in UTF-8, packed
 * with gzip where the name ends in {@code .gz}. It is read row by row and never held whole.
 */
final class CsvFile implements AutoCloseable {
  private static final char MARK = '\ufeff';

  private final Path file;
  private final Reader reader;
  private final MappingIterator<String[]> lines;
  private final List<String> header;

  /** Takes the good rows, one by one. */
  interface RowConsumer {
    void accept(CsvRow row) throws IOException;
  }

  private CsvFile(Path file, Reader reader, char delimiter) throws IOException {
    this.file = file;
    this.reader = reader;
    CsvMapper mapper =
        CsvMapper.builder()
            .enable(CsvParser.Feature.WRAP_AS_ARRAY)
            .enable(CsvParser.Feature.TRIM_SPACES)
            .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
            .build();
    this.lines =
        mapper
            .readerFor(String[].class)
            .with(CsvSchema.emptySchema().withColumnSeparator(delimiter))
            .readValues(reader);
    this.header = readHeader();
  }

  /**
   * Reads the header.
   *
   * @throws IOException where the file can't be read, or columns have no names of their own
   */
  static CsvFile open(Path file, char delimiter) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": there is no such file");
    }
    Reader reader = reader(file);
    try {
      return new CsvFile(file, reader, delimiter);
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw readable(file, e);
    }
  }

  private static Reader reader(Path file) throws IOException {
    InputStream in = Files.newInputStream(file);
    try {
      InputStream unpacked =
          file.toString().endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in;
      Reader reader =
          new BufferedReader(new InputStreamReader(unpacked, StandardCharsets.UTF_8.newDecoder()));
      reader.mark(1);
      if (reader.read() != MARK) {
        reader.reset();
      }
      return reader;
    } catch (IOException e) {
      in.close();
      throw readable(file, e);
    }
  }

  private List<String> readHeader() throws IOException {
    List<String> names = lines.hasNextValue() ? List.of(lines.nextValue()) : List.of();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (name.isEmpty() || !seen.add(name)) {
        String wrong = name.isEmpty() ? "has no name" : "is named '" + name + "' like another";
        throw new IOException(file + ":1: column " + (i + 1) + " " + wrong);
      }
    }
    if (names.isEmpty()) {
      throw new IOException(file + ": is empty; a table starts with the names of its columns");
    }
    return names;
  }

  Path file() {
    return file;
  }

  List<String> header() {
    return header;
  }

  /**
   * Reads all rows that are left.
   *
   * @param bad hears of rows with too few or too many cells, and of those that the consumer refuses
   */
  void forEach(BadRows bad, RowConsumer consumer) throws IOException {
    try {
      for (int number = 0; lines.hasNextValue(); number++) {
        long line = lines.getCurrentLocation().getLineNr();
        try {
          consumer.accept(row(line, number, lines.nextValue()));
        } catch (BadRowException e) {
          bad.add(e);
        }
      }
    } catch (BadRowException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw readable(file, e);
    }
  }

  private CsvRow row(long line, int number, String[] cells) throws BadRowException {
    if (cells.length != header.size()) {
      throw new BadRowException(
          "%s:%d: has %d cells, the header %d".formatted(file, line, cells.length, header.size()));
    }
    return new CsvRow(file, line, number, header, cells);
  }

  private static IOException readable(Path file, Exception e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof CharacterCodingException) {
        return new IOException(file + ": is not text in UTF-8", e);
      }
      if (t instanceof EOFException || t instanceof ZipException) {
        return new IOException(file + ": the compressed data are damaged or end too early", e);
      }
    }
    if (e instanceof JsonProcessingException j && j.getLocation() != null) {
      return new IOException(
          file + ":" + j.getLocation().getLineNr() + ": " + j.getOriginalMessage(), e);
    }
    return e instanceof IOException io ? io : new IOException(file + ": " + e.getMessage(), e);
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
