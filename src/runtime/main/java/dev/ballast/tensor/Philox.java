package dev.ballast.tensor;

/**
 * Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3" (SC 2011): each block of four 32-bit words is a pure function of key and counter, so any
 * element of a stream can be made again at any time, in any order, on any thread.
 */
public final class Philox {
  private static final int M0 = 0xD2511F53;
  private static final int M1 = 0xCD9E8D57;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;

  /**
   * Streams for first weights start here, those for shuffling, random batches, splitting data,
   * changing images and drawing pieces of a text below; all others are small.
   */
  public static final long INITIALIZATION = 1L << 62;

  public static final long SHUFFLE = 1L << 61;
  public static final long SPLIT = 1L << 59;
  public static final long AUGMENTATION = 1L << 58;
  public static final long PIECES = 1L << 57;

  private int key0;
  private int key1;
  private long stream;
  private long block;
  private int x0;
  private int x1;
  private int x2;
  private int x3;
  private int used = 4;

  /** A generator that walks through one stream of a seed; streams do not overlap. */
  public Philox(long seed, long stream) {
    reseed(seed, stream);
  }

  /** Starts again at the first block of a stream of a seed. */
  public void reseed(long newSeed, long newStream) {
    key0 = (int) newSeed;
    key1 = (int) (newSeed >>> 32);
    stream = newStream;
    seek(0);
  }

  /** Goes to a block: the next word is its first. */
  public void seek(long newBlock) {
    block = newBlock;
    used = 4;
  }

  /** The next 32 uniform bits. */
  public int nextInt() {
    if (used == 4) {
      round10((int) block, (int) (block >>> 32), (int) stream, (int) (stream >>> 32));
      block++;
      used = 0;
    }
    return switch (used++) {
      case 0 -> x0;
      case 1 -> x1;
      case 2 -> x2;
      default -> x3;
    };
  }

  /** Uniform in [0, 1), 24 bits. */
  public float nextFloat() {
    return (nextInt() >>> 8) * 0x1p-24f;
  }

  /** Uniform in [0, 1), 53 bits. */
  public double nextDouble() {
    long high = nextInt() & 0xFFFFFFFFL;
    long low = nextInt() & 0xFFFFFFFFL;
    return ((high << 21) | (low >>> 11)) * 0x1p-53;
  }

  /** Standard normal, by Box and Muller. */
  public double nextGaussian() {
    double u = 1.0 - nextDouble();
    double v = nextDouble();
    return StrictMath.sqrt(-2.0 * StrictMath.log(u)) * StrictMath.cos(2.0 * Math.PI * v);
  }

  /** Uniform in [0, bound), without bias (Lemire's multiplication with rejection). */
  public int nextInt(int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("bound must be at least 1, not " + bound);
    }
    int threshold = Integer.remainderUnsigned(-bound, bound);
    while (true) {
      long product = (nextInt() & 0xFFFFFFFFL) * bound;
      if (Integer.compareUnsigned((int) product, threshold) >= 0) {
        return (int) (product >>> 32);
      }
    }
  }

  /** The four words of one block, for tests against the published vectors. */
  public static int[] block(int c0, int c1, int c2, int c3, int k0, int k1) {
    Philox p = new Philox((k0 & 0xFFFFFFFFL) | ((long) k1 << 32), 0);
    p.round10(c0, c1, c2, c3);
    return new int[] {p.x0, p.x1, p.x2, p.x3};
  }

  private void round10(int c0, int c1, int c2, int c3) {
    int k0 = key0;
    int k1 = key1;
    for (int round = 0; round < 10; round++) {
      long p0 = (c0 & 0xFFFFFFFFL) * (M0 & 0xFFFFFFFFL);
      long p1 = (c2 & 0xFFFFFFFFL) * (M1 & 0xFFFFFFFFL);
      int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c1 = (int) p1;
      c3 = (int) p0;
      c0 = n0;
      c2 = n2;
      k0 += W0;
      k1 += W1;
    }
    x0 = c0;
    x1 = c1;
    x2 = c2;
    x3 = c3;
  }
}
