package dev.ballast.format;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Phase;
import dev.ballast.ir.Value;
import dev.ballast.tensor.DType;
import java.util.Map;

/**
 * The binary layout of a model file. Everything is little-endian; {@code src/docs/FORMAT.md} is the
 * specification.
 *
 * <pre>
 * file      0         8        12       16           24     28      32
 *           +---------+--------+--------+------------+------+-------+----------------+
 *           | magic   | version| count  | file bytes | 0    | CRC   | count entries  |
 *           +---------+--------+--------+------------+------+-------+----------------+
 *           then each section at the next multiple of 64, WGHT of 4096; zeros between;
 *           the file ends where its last section does
 *
 * entry     0      4      8          16         24
 *           +------+------+----------+----------+      CRC above: bytes 0 to 27 and all entries
 *           | kind | CRC  | offset   | length   |      CRC here: the section's bytes
 *           +------+------+----------+----------+
 *
 * string    length u32, UTF-8                 type    dtype u8, rank u32, dimensions u32 each
 *
 * GRPH      name, values u32, value..., nodes u32, node..., outputs u32, output...,
 *           updates u32, update...
 * value     kind u8, name, type, a constant's elements
 * node      name, phase u8, op, attributes u32, attribute..., inputs u32, id u32...,
 *           results u32, id u32...
 * attribute name, type u8, content
 * output    name, id u32
 * update    target id u32, result id u32
 *
 * META      entries u32, then key and text, both strings
 * PROG      as META; STAT, BEST: of checkpoints, as PROG
 * STAT      states u32, then name and type each, then the elements of each at the next multiple of
 *           64 bytes and followed by zeros up to one
 * BEST      as WGHT
 * WGHT      the graph's parameters in their order, each at the next multiple of 64 bytes and
 *           followed by zeros up to one: the planner's WEIGHTS region
 * </pre>
 */
final class Layout {
  /** {@code BALLAST} and byte 1A, on which text tools of old stop. */
  static final long MAGIC = 0x1A54_5341_4C4C_4142L;

  static final int VERSION = 1;
  static final int HEADER_BYTES = 32;
  static final int HEADER_CRC_OFFSET = 28;
  static final int ENTRY_BYTES = 24;
  static final int MAX_SECTIONS = 1024;

  static final String GRAPH = "GRPH";
  static final String METADATA = "META";
  static final String WEIGHTS = "WGHT";

  /** Of a checkpoint: the training run's numbers, in the form of META. */
  static final String PROGRESS = "PROG";

  /** Of a checkpoint: the states of the training step. */
  static final String STATES = "STAT";

  /** Of a checkpoint: the best epoch's weights, in the form of WGHT. */
  static final String BEST = "BEST";

  /** The longest graph or metadata: they are read into memory, weights are not. */
  static final long MAX_READ_BYTES = 1L << 30;

  /** Where a parameter and most sections start; the planner's alignment. */
  static final int ALIGNMENT = 64;

  /** Where weights start, so that they are mapped at the start of a page. */
  static final int WEIGHTS_ALIGNMENT = 4096;

  /** A NaN is written as this one, so that equal graphs have equal bytes. */
  static final long NAN = 0x7FF8_0000_0000_0000L;

  /** How a value came to be. */
  enum ValueKind {
    INPUT,
    PARAMETER,
    STATE,
    CONSTANT,
    RESULT
  }

  /** What an attribute of an op can be. */
  enum AttributeType {
    INT,
    LONG,
    DOUBLE,
    BOOLEAN,
    STRING,
    DTYPE,
    INTS
  }

  static final Codes<ValueKind> VALUE_KINDS =
      new Codes<>(
          "value kind",
          Map.of(
              1, ValueKind.INPUT,
              2, ValueKind.PARAMETER,
              3, ValueKind.STATE,
              4, ValueKind.CONSTANT,
              5, ValueKind.RESULT));

  static final Codes<DType> DTYPES =
      new Codes<>("dtype", Map.of(1, DType.F32, 2, DType.F64, 3, DType.I32, 4, DType.I64));

  static final Codes<Phase> PHASES =
      new Codes<>(
          "phase", Map.of(1, Phase.FORWARD, 2, Phase.BACKWARD, 3, Phase.UPDATE, 4, Phase.PREPARE));

  static final Codes<AttributeType> ATTRIBUTE_TYPES =
      new Codes<>(
          "attribute type",
          Map.of(
              1, AttributeType.INT,
              2, AttributeType.LONG,
              3, AttributeType.DOUBLE,
              4, AttributeType.BOOLEAN,
              5, AttributeType.STRING,
              6, AttributeType.DTYPE,
              7, AttributeType.INTS));

  private Layout() {}

  static long align(long offset, int alignment) {
    return Math.addExact(offset, alignment - 1L) & -alignment;
  }

  static int alignment(String kind) {
    return kind.equals(WEIGHTS) ? WEIGHTS_ALIGNMENT : ALIGNMENT;
  }

  static ValueKind kind(Value v) {
    return switch (v) {
      case Value.Input ignored -> ValueKind.INPUT;
      case Value.Parameter ignored -> ValueKind.PARAMETER;
      case Value.State ignored -> ValueKind.STATE;
      case Value.Constant ignored -> ValueKind.CONSTANT;
      case Value.Result ignored -> ValueKind.RESULT;
    };
  }

  /**
   * The length of the weights.
   *
   * @throws ArithmeticException where it exceeds what a long can say
   */
  static long weightsBytes(Graph graph) {
    long bytes = 0;
    for (Value.Parameter p : graph.parameters()) {
      bytes = align(Math.addExact(bytes, p.type().bytes()), ALIGNMENT);
    }
    return bytes;
  }
}
