package dev.ballast.data;

import static java.lang.foreign.ValueLayout.JAVA_CHAR_UNALIGNED;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * The lines of a text in UTF-8, each ended by {@link #END}, as the numbers of their characters in a
 * vocabulary, kept off the heap one after the other. Empty lines are passed over.
 *
 * @param vocabulary the characters there may be, the end mark among them; number i is its character
 *     i
 * @param codes a number for each character, 16 bits wide
 * @param starts where each line begins, and after them where the last ends
 */
public record LinesFile(Path file, String vocabulary, MemorySegment codes, int[] starts) {
  /** What ends a line, whatever the file has there. */
  public static final char END = '\n';

  /** Hears of a line that can't be used; ends the reading by an exception, or does not. */
  @FunctionalInterface
  public interface Bad {
    void accept(String complaint) throws IOException;
  }

  private interface Lines {
    void accept(String line, int number) throws IOException;
  }

  /**
   * All characters that occur, sorted, and the end mark.
   *
   * @param longest the characters that a line may have; longer ones are passed over
   * @throws IOException where the file can't be read or is no text
   */
  public static String vocabularyOf(Path file, int longest) throws IOException {
    BitSet seen = new BitSet();
    seen.set(END);
    read(
        file,
        (line, _) -> {
          if (line.length() <= longest) {
            line.chars().forEach(seen::set);
          }
        });
    StringBuilder vocabulary = new StringBuilder();
    seen.stream().forEach(c -> vocabulary.append((char) c));
    return vocabulary.toString();
  }

  /**
   * @param longest the characters that a line may have
   * @param bad hears of longer ones, and of those with characters that the vocabulary has not
   * @throws IOException where the file can't be read, is no text, or has no line that can be used
   */
  public static LinesFile read(Path file, String vocabulary, int longest, Bad bad, Arena arena)
      throws IOException {
    int[] numbers = new int[Character.MAX_VALUE + 1];
    for (int i = 0; i < vocabulary.length(); i++) {
      numbers[vocabulary.charAt(i)] = i + 1;
    }
    // No text has more characters than bytes, but for an end that the last line may lack.
    MemorySegment codes =
        arena.allocate(Character.BYTES * (1 + Files.size(existing(file))), Character.BYTES);
    IntStream.Builder starts = IntStream.builder();
    int[] end = {0};
    read(
        file,
        (line, number) -> {
          String complaint = complaint(line, numbers, longest);
          if (!complaint.isEmpty()) {
            bad.accept("%s:%d:%s".formatted(file, number, complaint));
            return;
          }
          starts.add(end[0]);
          for (int i = 0; i <= line.length(); i++) {
            int code = numbers[i < line.length() ? line.charAt(i) : END] - 1;
            codes.setAtIndex(JAVA_CHAR_UNALIGNED, end[0]++, (char) code);
          }
        });
    if (end[0] == 0) {
      throw new IOException(file + ": has no line that is an example");
    }
    return new LinesFile(file, vocabulary, codes, starts.add(end[0]).build().toArray());
  }

  /** What is wrong with a line, after its number; nothing if it can be used. */
  private static String complaint(String line, int[] numbers, int longest) {
    if (line.length() > longest) {
      return " has %d characters, and an example has room for %d and the end: put input = [%d] or more"
          .formatted(line.length(), longest, line.length() + 1);
    }
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (numbers[c] == 0) {
        return "%d: the character '%c' (U+%04X) is not in the model's vocabulary"
            .formatted(i + 1, c, (int) c);
      }
    }
    return "";
  }

  private static Path existing(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": there is no such file");
    }
    return file;
  }

  private static void read(Path file, Lines each) throws IOException {
    if (Files.size(existing(file)) >= Integer.MAX_VALUE / 2) {
      throw new IOException(file + ": is too large to be read line by line into memory");
    }
    try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      int number = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        number++;
        if (!line.isEmpty()) {
          each.accept(line, number);
        }
      }
    } catch (CharacterCodingException e) {
      throw new IOException(file + ": is not text in UTF-8", e);
    }
  }

  /** How many lines there are. */
  int size() {
    return starts.length - 1;
  }

  /** The number of the character at a place. */
  int code(int at) {
    return codes.getAtIndex(JAVA_CHAR_UNALIGNED, at);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof LinesFile f
        && file.equals(f.file)
        && vocabulary.equals(f.vocabulary)
        && codes.equals(f.codes)
        && Arrays.equals(starts, f.starts);
  }

  @Override
  public int hashCode() {
    return file.hashCode();
  }
}
