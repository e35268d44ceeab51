package dev.ballast.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * What became of a load, or of several in a row.
 *
 * @param latency in nanoseconds, of all requests that fell due; not to be changed
 * @param sent of these; fewer than all where the rate was far from being kept
 * @param scheduledSeconds in which they fell due
 * @param seconds until the last was answered, and no less than that
 * @param heapBytes that the threads allocated which sent
 */
public record LoadResult(
    Histogram latency, long sent, double scheduledSeconds, double seconds, long heapBytes) {
  /** An hour; what takes longer counts as that. */
  static final long LONGEST = 3_600_000_000_000L;

  /** Three digits: of 10 µs, 10 ns. */
  private static final int DIGITS = 3;

  /** What may lack of the rate: the last request's own time, in a load of some seconds. */
  private static final double KEPT = 0.99;

  static Histogram histogram() {
    return new Histogram(LONGEST, DIGITS);
  }

  /** What others are added to. */
  public static LoadResult nothing() {
    return new LoadResult(histogram(), 0, 0, 0, 0);
  }

  /** Requests that fell due. */
  public long requests() {
    return latency.getTotalCount();
  }

  /** The time in which a share of the requests was answered: of 0.999, p99.9; of 1, the longest. */
  public double micros(double share) {
    return latency.getValueAtPercentile(100 * share) / 1e3;
  }

  public double reachedPerSecond() {
    return sent / seconds;
  }

  /** Whether requests were answered at the rate at which they fell due. */
  public boolean isKept() {
    return sent == requests() && scheduledSeconds >= KEPT * seconds;
  }

  public double heapBytesPerRequest() {
    return sent == 0 ? 0 : (double) heapBytes / sent;
  }

  /** With a load that came after this. */
  public LoadResult then(LoadResult next) {
    LoadResult all = beside(next.latency, next.sent, next.heapBytes);
    return all.lasting(scheduledSeconds + next.scheduledSeconds, seconds + next.seconds);
  }

  LoadResult beside(Histogram other, long otherSent, long otherBytes) {
    Histogram both = histogram();
    both.add(latency);
    both.add(other);
    return new LoadResult(
        both, sent + otherSent, scheduledSeconds, seconds, heapBytes + otherBytes);
  }

  LoadResult lasting(double scheduled, double all) {
    return new LoadResult(latency, sent, scheduled, all, heapBytes);
  }

  /** Writes the histogram, in HdrHistogram's own form. */
  public void write(Path file) throws IOException {
    ByteBuffer b = ByteBuffer.allocate(latency.getNeededByteBufferCapacity());
    int n = latency.encodeIntoCompressedByteBuffer(b);
    Files.write(file, Arrays.copyOf(b.array(), n));
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException where that is no histogram
   */
  public static Histogram read(Path file) throws IOException {
    try {
      ByteBuffer b = ByteBuffer.wrap(Files.readAllBytes(file));
      return Histogram.decodeFromCompressedByteBuffer(b, LONGEST);
    } catch (DataFormatException | RuntimeException e) {
      throw new IOException(file + ": holds no histogram: " + e.getMessage(), e);
    }
  }
}
