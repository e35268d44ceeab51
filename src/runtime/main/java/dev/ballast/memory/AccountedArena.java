package dev.ballast.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/** A shared arena whose bytes are on the account of {@link OffHeap} until it is closed. */
public final class AccountedArena implements Arena {
  private final Arena arena = Arena.ofShared();
  private final Kind kind;
  private final String what;
  private final AtomicLong bytes = new AtomicLong();

  AccountedArena(Kind kind, String what) {
    this.kind = kind;
    this.what = what;
  }

  /** Bytes taken so far. */
  public long bytes() {
    return bytes.get();
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
   */
  public void reserve(long byteSize) {
    OffHeap.take(kind, byteSize, what);
    bytes.addAndGet(byteSize);
  }

  private void release(long byteSize) {
    bytes.addAndGet(-byteSize);
    OffHeap.giveBack(kind, byteSize);
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
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
      release(bytes.get());
    }
  }
}
