package dev.ballast.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Graph;
import dev.ballast.op.OpRegistry;
import dev.ballast.tensor.ModelFormatException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Graph sections with right checksums that break one rule each. */
class ForgedGraphTest {
  private static final Path FILE = Path.of("forged.ballast");
  private static final int START = 1000;

  /** The bytes of a graph section, written field by field. */
  private final ByteSink out = new ByteSink("a forgery");

  private static Graph decode(byte[] bytes) throws ModelFormatException {
    MemorySegment m = MemorySegment.ofArray(bytes);
    return GraphDecoder.decode(
        new BoundedReader(FILE, "section GRPH", START, m), OpRegistry.builtIn());
  }

  private void refused(int offset, String expectation) {
    var e = assertThrows(ModelFormatException.class, () -> decode(out.toBytes()));
    String start = FILE + ": at byte " + (START + offset) + ": ";
    assertEquals(start + "expected " + expectation, e.getMessage());
  }

  /** Graph "g" with a number of values. */
  private ByteSink graph(int values) {
    return out.string("g").u32(values);
  }

  /** A value of 11 + 4 · rank bytes. */
  private ByteSink value(int kind, String letter, int... dims) {
    out.u8(kind).string(letter).u8(1).u32(dims.length);
    for (int d : dims) {
      out.u32(d);
    }
    return out;
  }

  private ByteSink ids(int... ids) {
    out.u32(ids.length);
    for (int id : ids) {
      out.u32(id);
    }
    return out;
  }

  @Test
  void theHandWrittenGraphIsRead() throws ModelFormatException {
    graph(2);
    value(1, "x", 3);
    value(5, "y", 3);
    out.u32(1).string("").u8(1).string("neg").u32(0);
    ids(0);
    ids(1);
    out.u32(1).string("out").u32(1).u32(0);
    assertEquals(
        """
        graph g {
          %0:f32[3] = input "x"
          %1:f32[3] = neg(%0)
          output "out" = %1
        }\
        """,
        decode(out.toBytes()).toString());
  }

  @Test
  void countsBeyondTheRemainingBytesAreRefused() {
    graph(-1);
    refused(5, "at most 0 values, found 4294967295 with 0 bytes left of section GRPH");
  }

  @Test
  void lengthsBeyondTheRemainingBytesAreRefused() {
    out.u32(Integer.MIN_VALUE).u8('g');
    refused(
        0,
        "at most 1 bytes of the graph's name, found 2147483648 with 1 bytes left of section GRPH");
  }

  @Test
  void textThatIsNotUtf8IsRefused() {
    out.u32(2).raw(new byte[] {(byte) 0xC0, (byte) 0x80}).u32(0);
    refused(4, "the graph's name in UTF-8, found other bytes");
  }

  @Test
  void unknownCodesAreRefused() {
    graph(1);
    value(9, "x");
    refused(9, "a value kind {1=INPUT, 2=PARAMETER, 3=STATE, 4=CONSTANT, 5=RESULT}, found 9");
  }

  @Test
  void dimensionsBelowOneAreRefused() {
    graph(1);
    value(1, "x", 2, 0);
    refused(16, "a shape: shape [2x0]: every dimension must be at least 1");
  }

  @Test
  void shapesOfTooManyElementsAreRefused() {
    graph(1);
    value(2, "x", 1 << 30, 1 << 30, 4);
    refused(16, "a shape: shape [1073741824x1073741824x4]: too many elements");
  }

  @Test
  void constantsLargerThanTheFileAreRefused() {
    graph(1);
    value(4, "c", 1 << 20);
    refused(24, "a constant f32[1048576] of 4194304 bytes, but section GRPH ends after 0");
  }

  @Test
  void constantsLargerThanAnyGraphAreRefused() {
    graph(1);
    value(4, "c", 1 << 30, 1 << 20);
    refused(
        28,
        "a constant f32[1073741824x1048576] of at most 1073741824 bytes, found 4503599627370496");
  }

  @Test
  void idsOutOfRangeAreRefused() {
    graph(1);
    value(1, "x");
    out.u32(0).u32(1).string("o").u32(1).u32(0);
    refused(33, "a value's id below 1, found 1");
  }

  @Test
  void aResultWithoutANodeIsRefused() {
    graph(1);
    value(5, "r");
    out.u32(0).u32(0).u32(0);
    refused(9, "a node for result 0, found none");
  }

  @Test
  void aResultOfTwoNodesIsRefused() {
    graph(2);
    value(1, "x");
    value(5, "r");
    out.u32(2);
    for (int i = 0; i < 2; i++) {
      out.string("").u8(1).string("neg").u32(0);
      ids(0);
      ids(1);
    }
    refused(35 + 32 + 28, "a result that no node has yet, found value 1");
  }

  @Test
  void anInputThatIsAResultOfANodeIsRefused() {
    graph(1);
    value(1, "x");
    out.u32(1).string("").u8(1).string("neg").u32(0);
    ids(0);
    ids(0);
    out.u32(0).u32(0);
    refused(24 + 28, "a result that no node has yet, found value 0");
  }

  @Test
  void anOpThatRejectsItsAttributesIsRefused() {
    graph(1);
    value(1, "x");
    out.u32(1).string("").u8(1).string("neg").u32(1).string("a").u8(1).u32(0);
    ids(0);
    ids();
    refused(29, "op 'neg' and its attributes: op 'neg' has attributes [], not [a]");
  }

  @Test
  void anAttributeOfAnotherTypeIsRefused() {
    graph(1);
    value(1, "x");
    out.u32(1).string("").u8(1).string("argmax").u32(1).string("axis").u8(2).u64(0);
    ids(0);
    ids();
    var e = assertThrows(ModelFormatException.class, () -> decode(out.toBytes()));
    String start = FILE + ": at byte " + (START + 29) + ": expected op 'argmax' and its attributes";
    assertTrue(e.getMessage().startsWith(start), e.getMessage());
  }

  /** Reflection would take an int for a long, and the graph's bytes would not be its own. */
  @Test
  void anIntWhereALongIsMeantIsRefused() {
    graph(1);
    value(1, "x");
    out.u32(1).string("").u8(1).string("dropout").u32(2);
    out.string("rate").u8(3).f64(0.5).string("stream").u8(1).u32(7);
    ids(0, 0);
    ids();
    refused(
        29,
        "op 'dropout' as it is written, found types or values that differ from {rate=0.5,"
            + " stream=7}");
  }

  @Test
  void anAttributeThatComesTwiceIsRefused() {
    graph(1);
    value(1, "x");
    out.u32(1).string("").u8(1).string("slice").u32(3);
    out.string("axis").u8(1).u32(0).string("axis").u8(1).u32(0);
    refused(29 + 9 + 4 + 13, "another attribute, found 'axis' twice");
  }

  @Test
  void resultTypesThatAreNotTheOpsAreRefused() {
    graph(2);
    value(1, "x", 3);
    value(5, "y", 4);
    out.u32(1).string("").u8(1).string("neg").u32(0);
    ids(0);
    ids(1);
    out.u32(0).u32(0);
    refused(
        0,
        "a valid graph: invalid graph: node 0 neg has result types [f32[4]], its shape rule says"
            + " otherwise");
  }

  @Test
  void shapesThatDoNotFitTheOpAreRefused() {
    graph(2);
    value(1, "x", 3);
    value(5, "y", 3);
    out.u32(1).string("").u8(1).string("reshape").u32(1).string("dims").u8(7);
    ids(65536, 65536, 65536, 65536);
    ids(0);
    ids(1);
    out.u32(0).u32(0);
    var e = assertThrows(ModelFormatException.class, () -> decode(out.toBytes()));
    assertTrue(e.getMessage().contains("expected a valid graph: reshape: "), e.getMessage());
  }

  @Test
  void updatesOfWhatIsNotKeptAreRefused() {
    graph(2);
    value(1, "x");
    value(5, "y");
    out.u32(1).string("").u8(1).string("neg").u32(0);
    ids(0);
    ids(1);
    out.u32(0).u32(1).u32(0).u32(1);
    refused(0, "a valid graph: invalid graph: update of %0, which is not kept");
  }

  @Test
  void bytesAfterTheGraphAreRefused() {
    graph(0).u32(0).u32(0).u32(0).u8(0);
    refused(21, "the end of section GRPH, found 1 bytes more");
  }

  @Test
  void anotherNanIsRefused() {
    graph(1);
    value(1, "x");
    out.u32(1).string("").u8(1).string("sgd").u32(1).string("momentum").u8(3);
    out.u64(0x7FF8_0000_0000_0001L);
    ids(0);
    ids();
    refused(29 + 7 + 4 + 12 + 1, "a double, a NaN as 7ff8000000000000, found another NaN");
  }
}
