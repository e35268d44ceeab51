package dev.ballast.kernel;

/**
 * A scalar program ready to run: instructions as flat arrays, operands and results as numbers of
 * slots of eight bytes each. There is no object for an instruction, so ten million of them are a
 * few arrays, thirteen bytes each.
 *
 * <p>Slots {@code [0, inputs)} receive the elements of all inputs, those behind them the constants;
 * then the instructions run in order, and the slots of {@code outputs} are the results.
 *
 * @param inputs how many numbers come in
 * @param slots how many places the program needs
 * @param constants written behind the inputs before each run, since other steps use the memory too
 * @param op codes of {@link ScalarOp}, one an instruction
 * @param to the slot of each result; {@link ScalarOp#MUL_ADD} adds to what is in it
 * @param a first operand's slot
 * @param b second operand's slot, of those that have one
 * @param thirds third operands' slots, one for each {@link ScalarOp#SELECT} in order: too few
 *     instructions have one for an array of their own length
 * @param outputs the slots of the results, in their order
 */
public record ScalarCode(
    int inputs,
    int slots,
    double[] constants,
    byte[] op,
    int[] to,
    int[] a,
    int[] b,
    int[] thirds,
    int[] outputs) {

  public int instructions() {
    return op.length;
  }

  /** Bytes of the instructions themselves. */
  public long codeBytes() {
    return op.length + (long) Integer.BYTES * (to.length + a.length + b.length + thirds.length);
  }

  /** Bytes of memory while it runs. */
  public long slotBytes() {
    return (long) Double.BYTES * slots;
  }
}
