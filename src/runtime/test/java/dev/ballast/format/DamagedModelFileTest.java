package dev.ballast.format;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.format.Forgery.Part;
import dev.ballast.tensor.ModelFormatException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamagedModelFileTest {
  @TempDir Path folder;
  private Path file;
  private byte[] intact;

  @BeforeEach
  void writeSample() throws IOException {
    file = folder.resolve("damaged.ballast");
    intact = Samples.bytes(folder, Samples.line(), "seed", "42");
  }

  private ModelFormatException refused(byte[] bytes) throws IOException {
    Files.write(file, bytes);
    return refused("bytes");
  }

  /** Demands that the file is refused with file, offset and expectation. */
  private ModelFormatException refused(String what) throws IOException {
    var e =
        assertThrows(ModelFormatException.class, () -> ModelFile.open(file).close(), () -> what);
    assertEquals(file, e.file());
    assertTrue(e.offset() >= 0 && e.offset() <= Files.size(file) + 64, e.getMessage());
    String start = file + ": at byte " + e.offset() + ": expected ";
    assertTrue(e.getMessage().startsWith(start), e.getMessage());
    return e;
  }

  private void refused(byte[] bytes, long offset, String expectation) throws IOException {
    var e = refused(bytes);
    String message = e.getMessage().substring(e.getMessage().indexOf(": expected ") + 2);
    assertEquals(expectation, message);
    assertEquals(offset, e.offset(), message);
  }

  /** The sample with one more section, of a kind no reader knows. */
  private byte[] withUnknownSection() {
    List<Part> parts = new ArrayList<>(Forgery.parts(intact));
    parts.add(1, new Part("XTRA", "anything at all".getBytes(StandardCharsets.US_ASCII)));
    return Forgery.assemble(parts);
  }

  @Test
  void everyFlippedBitIsFound() throws IOException {
    byte[] bytes = withUnknownSection();
    Files.write(file, bytes);
    assertDoesNotThrow(() -> ModelFile.open(file).close());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (int at = 0; at < bytes.length; at++) {
        for (int bit = 0; bit < 8; bit++) {
          byte flipped = (byte) (bytes[at] ^ 1 << bit);
          channel.write(ByteBuffer.wrap(new byte[] {flipped}), at);
          refused("bit " + bit + " of byte " + at);
        }
        channel.write(ByteBuffer.wrap(bytes, at, 1), at);
      }
    }
    assertDoesNotThrow(() -> ModelFile.open(file).close());
  }

  @Test
  void everyTruncationIsFound() throws IOException {
    Files.write(file, intact);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (int length = intact.length - 1; length >= 0; length--) {
        channel.truncate(length);
        refused("length " + length);
      }
    }
  }

  @Test
  void everyBytePastTheEndIsFound() throws IOException {
    for (int more : new int[] {1, 63, 64, 4096}) {
      refused(
          Arrays.copyOf(intact, intact.length + more),
          16,
          "expected a file of 4160 bytes, found " + (4160 + more));
    }
  }

  @Test
  void anotherFileIsNoModel() throws IOException {
    refused(new byte[0], 0, "expected the magic number of 8 bytes, but the file ends after 0");
    refused(
        "Once upon a time".getBytes(StandardCharsets.US_ASCII),
        0,
        "expected a Ballast model, which starts with 42 41 4c 4c 41 53 54 1a (BALLAST)");
  }

  @Test
  void anUnknownVersionIsRefused() throws IOException {
    refused(
        Forgery.withHeader(intact, 8, Forgery.u32(2)),
        8,
        "expected version 1, found 2: another Ballast wrote it");
    refused(
        Forgery.withHeader(intact, 8, Forgery.u32(-1)),
        8,
        "expected version 1, found 4294967295: another Ballast wrote it");
  }

  @Test
  void unknownSectionsAreSkippedWhereverTheyStand() throws IOException {
    Part unknown = new Part("XTRA", new byte[100]);
    List<Part> parts = Forgery.parts(intact);
    for (int at = 0; at <= parts.size(); at++) {
      List<Part> more = new ArrayList<>(parts);
      more.add(at, unknown);
      more.add(at, unknown);
      Files.write(file, Forgery.assemble(more));
      try (ModelFile m = ModelFile.open(file)) {
        assertEquals(Samples.line().toString(), m.graph().toString());
        assertEquals(Samples.metadata("seed", "42"), m.metadata());
        assertEquals(0, m.weights().address() % 64);
        assertEquals("XTRA", m.sections().get(at).kind());
      }
    }
  }

  @Test
  void knownSectionsMayStandInAnyOrder() throws IOException {
    Files.write(file, Forgery.assemble(Forgery.parts(intact).reversed()));
    try (ModelFile m = ModelFile.open(file)) {
      assertEquals(Samples.line().toString(), m.graph().toString());
    }
  }

  @Test
  void aDamagedUnknownSectionIsRefused() throws IOException {
    byte[] bytes = withUnknownSection();
    int offset = (int) Forgery.littleEndian(bytes).getLong(32 + 24 + 8);
    bytes[offset] ^= 1;
    var e = refused(bytes);
    assertEquals(offset, e.offset());
    assertTrue(e.getMessage().contains("15 bytes of section XTRA"), e.getMessage());
  }

  @Test
  void aMissingSectionIsNamed() throws IOException {
    List<Part> parts = Forgery.parts(intact);
    refused(
        Forgery.assemble(parts.subList(0, 1)), 32, "expected sections [META, WGHT], found none");
    refused(Forgery.assemble(List.of()), 32, "expected sections [GRPH, META, WGHT], found none");
  }

  @Test
  void aSectionThatComesTwiceIsRefused() throws IOException {
    List<Part> parts = new ArrayList<>(Forgery.parts(intact));
    parts.add(parts.getFirst());
    refused(Forgery.assemble(parts), 32 + 72, "expected one section GRPH, found two");
  }

  /** Entry i starts at 32 + 24 i: kind, checksum, offset at 8, length at 16. */
  @Test
  void misplacedSectionsAreRefused() throws IOException {
    int length = Forgery.part(intact, "GRPH").content().length;
    long meta = Layout.align(128 + length, 64);
    for (long offset : new long[] {0, 128, meta - 64, meta + 1, meta + 64, 1L << 62, -64}) {
      refused(
          Forgery.withHeader(intact, 56 + 8, Forgery.u64(offset)),
          56 + 8,
          "expected section META at byte " + meta + ", found " + Long.toUnsignedString(offset));
    }
  }

  @Test
  void absurdSectionLengthsAreRefused() throws IOException {
    for (long bytes : new long[] {4160, Integer.MAX_VALUE, 1L << 40, Long.MAX_VALUE, -1}) {
      refused(
          Forgery.withHeader(intact, 32 + 16, Forgery.u64(bytes)),
          32 + 16,
          "expected section GRPH of at most 4032 bytes, found " + Long.toUnsignedString(bytes));
    }
    refused(
        Forgery.withHeader(intact, 80 + 16, Forgery.u64(63)),
        4159,
        "expected the file to end at byte 4159, where its last section ends, found 4160");
  }

  @Test
  void absurdHeaderFieldsAreRefused() throws IOException {
    refused(
        Forgery.withHeader(intact, 12, Forgery.u32(-1)),
        12,
        "expected a number of sections below 1025, found 4294967295");
    refused(
        Forgery.withHeader(intact, 12, Forgery.u32(1024)),
        4160,
        "expected a section table up to 24608 bytes, but the file has 4160");
    refused(
        Forgery.withHeader(intact, 16, Forgery.u64(-1)),
        16,
        "expected a file of 18446744073709551615 bytes, found 4160");
    refused(Forgery.withHeader(intact, 24, Forgery.u32(7)), 24, "expected zeros, found 7");
    refused(
        Forgery.withHeader(intact, 32, (byte) 'g'),
        32,
        "expected a section's kind, four capital letters or digits");
  }

  @Test
  void bytesBetweenSectionsMustBeZero() throws IOException {
    byte[] bytes = intact.clone();
    bytes[4000] = 3;
    refused(bytes, 4000, "expected zeros up to byte 4096, found 3");
  }

  @Test
  void bytesBetweenParametersMustBeZero() throws IOException {
    byte[] bytes = Forgery.with(intact, Forgery.part(intact, "WGHT").patched(9, (byte) 4));
    refused(bytes, 4096 + 9, "expected zeros up to byte 4160, found 4");
  }

  @Test
  void weightsOfAnotherSizeAreRefused() throws IOException {
    for (int bytes : new int[] {0, 8, 128}) {
      refused(
          Forgery.with(intact, new Part("WGHT", new byte[bytes])),
          4096,
          "expected weights of 64 bytes for the graph's 1 parameters, found " + bytes);
    }
  }

  @Test
  void damageIsReportedWithTheSectionItIsIn() throws IOException {
    byte[] bytes = intact.clone();
    bytes[130] ^= 1;
    var e = refused(bytes);
    assertEquals(128, e.offset());
    assertTrue(e.getMessage().contains(" bytes of section GRPH, found "), e.getMessage());
    assertTrue(e.getMessage().endsWith(": it is damaged"), e.getMessage());
  }

  @Test
  void aFileThatIsCutWhileItIsReadIsRefused() throws IOException {
    Files.write(file, intact);
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      FileBytes bytes = new FileBytes(file, channel, arena);
      Files.write(file, Arrays.copyOf(intact, 100));
      ModelReader reader = new ModelReader(bytes, ReadOptions.defaults(), arena);
      var e = assertThrows(ModelFormatException.class, reader::read);
      assertTrue(
          e.getMessage().endsWith("expected 4160 bytes, but the file was cut while it was read"),
          e.getMessage());
    }
  }
}
