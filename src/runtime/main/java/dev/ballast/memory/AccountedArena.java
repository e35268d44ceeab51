package dev.ballast.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A shared arena whose bytes are on the account of {@link OffHeap} until it is closed. */
public final class AccountedArena implements Arena {
  private final Arena arena = Arena.ofShared();
  private final Account account;
  private final Kind kind;
  private final String what;
  private long bytes;
  private boolean isClosed;

  AccountedArena(Account account, Kind kind, String what) {
    this.account = account;
    this.kind = kind;
    this.what = what;
  }

  /** Bytes taken so far. */
  public synchronized long bytes() {
    return bytes;
  }

  /**
   * @throws OffHeapLimitException where the limit leaves less
   * @throws OutOfMemoryError where the system has less
   */
  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    reserve(byteSize);
    boolean taken = false;
    try {
      MemorySegment segment = arena.allocate(byteSize, byteAlignment);
      taken = true;
      return segment;
    } finally {
      if (!taken) {
        release(byteSize);
      }
    }
  }

  /**
   * Puts bytes on the account that live as long as this arena and are taken by other means: by
   * mapping a file into it.
   *
   * @throws OffHeapLimitException where the limit leaves less
   * @throws IllegalStateException where it is closed
   */
  public synchronized void reserve(long byteSize) {
    if (isClosed) {
      throw new IllegalStateException(what + ": its memory is freed");
    }
    account.take(kind, byteSize, what);
    bytes += byteSize;
  }

  /** Does nothing once it is closed, which has taken all off the account. */
  private synchronized void release(long byteSize) {
    if (!isClosed) {
      bytes -= byteSize;
      account.giveBack(kind, byteSize);
    }
  }

  @Override
  public MemorySegment.Scope scope() {
    return arena.scope();
  }

  /**
   * Frees the memory; a second call does nothing.
   *
   * @throws IllegalStateException where native code still uses it
   */
  @Override
  public synchronized void close() {
    if (!isClosed) {
      arena.close();
      release(bytes);
      isClosed = true;
    }
  }
}
