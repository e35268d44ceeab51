package dev.ballast.data;

import static java.lang.foreign.ValueLayout.JAVA_CHAR_UNALIGNED;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * A text in UTF-8 as the numbers of its characters in a vocabulary, kept off the heap. Characters
 * are Java's: what lies beyond Unicode's first 65,536 counts as two.
 *
 * @param vocabulary the characters there may be, sorted; number i is its character i
 * @param codes a number for each character of the text, 16 bits wide
 * @param length of the text, in characters
 */
public record TextFile(Path file, String vocabulary, MemorySegment codes, long length) {

  /**
   * All characters that occur, sorted.
   *
   * @throws IOException where the file can't be read or is no text
   */
  public static String vocabularyOf(Path file) throws IOException {
    BitSet seen = new BitSet();
    read(file, (c, _) -> seen.set(c));
    StringBuilder vocabulary = new StringBuilder();
    seen.stream().forEach(c -> vocabulary.append((char) c));
    return vocabulary.toString();
  }

  /**
   * @throws IOException where the file can't be read, is no text, or has a character that the
   *     vocabulary has not; names its line and column
   */
  public static TextFile read(Path file, String vocabulary, Arena arena) throws IOException {
    int[] numbers = new int[Character.MAX_VALUE + 1];
    for (int i = 0; i < vocabulary.length(); i++) {
      numbers[vocabulary.charAt(i)] = i + 1;
    }
    // No text has more characters than bytes.
    MemorySegment codes =
        arena.allocate(Character.BYTES * Math.max(1, Files.size(existing(file))), Character.BYTES);
    long[] line = {1, 0};
    long length =
        read(
            file,
            (c, at) -> {
              if (numbers[c] == 0) {
                throw new IOException(
                    "%s:%d:%d: the character '%c' (U+%04X) is not in the model's vocabulary"
                        .formatted(file, line[0], at - line[1] + 1, c, (int) c));
              }
              codes.setAtIndex(JAVA_CHAR_UNALIGNED, at, (char) (numbers[c] - 1));
              if (c == '\n') {
                line[0]++;
                line[1] = at + 1;
              }
            });
    return new TextFile(file, vocabulary, codes, length);
  }

  private interface Characters {
    void accept(char c, long at) throws IOException;
  }

  private static Path existing(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": there is no such file");
    }
    return file;
  }

  /** Walks through a text and returns its length. */
  private static long read(Path file, Characters each) throws IOException {
    long at = 0;
    char[] chunk = new char[1 << 14];
    try (Reader in =
        new BufferedReader(
            new InputStreamReader(
                Files.newInputStream(existing(file)), StandardCharsets.UTF_8.newDecoder()))) {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        for (int i = 0; i < n; i++) {
          each.accept(chunk[i], at++);
        }
      }
      return at;
    } catch (CharacterCodingException e) {
      throw new IOException(file + ": is not text in UTF-8", e);
    }
  }

  /** The number of the character at a place. */
  int code(long at) {
    return codes.getAtIndex(JAVA_CHAR_UNALIGNED, at);
  }
}
