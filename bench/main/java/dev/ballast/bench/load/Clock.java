package dev.ballast.bench.load;

import java.util.concurrent.locks.LockSupport;

/** Time, and waiting for it. Neither may allocate. */
public interface Clock {
  /** Nanoseconds from any point in time. */
  long nanos();

  /** Returns at this time or later. */
  void await(long nanos);

  /**
   * Never gives up its processor: what is measured does not depend on how soon the system wakes a
   * thread. For as many threads as there are processors to spare.
   */
  Clock SPINNING =
      new Clock() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void await(long nanos) {
          while (System.nanoTime() - nanos < 0) {
            Thread.onSpinWait();
          }
        }
      };

  /**
   * Sleeps, and spins for the last of it. For more threads than there are processors, where being
   * woken late by some microseconds does not count.
   */
  Clock PARKING =
      new Clock() {
        private static final long SPUN = 60_000;

        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void await(long nanos) {
          for (long left = nanos - System.nanoTime();
              left > SPUN;
              left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left - SPUN);
          }
          SPINNING.await(nanos);
        }
      };
}
