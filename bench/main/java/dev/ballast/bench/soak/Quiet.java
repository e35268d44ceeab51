package dev.ballast.bench.soak;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Lets some seconds pass in which nothing is opened and nothing freed, while all else goes on. Then
 * the threads that ask must allocate nothing at all. At other times a few bytes are HotSpot's: to
 * free a shared arena it goes back to the interpreter in whatever thread is just reading memory,
 * and that makes the objects that compiled code does without.
 */
final class Quiet {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** Does what opens or frees: not in a quiet time. */
  void disturb(Runnable work) {
    lock.readLock().lock();
    try {
      work.run();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Begins once nobody disturbs. */
  void begin() {
    lock.writeLock().lock();
  }

  void end() {
    lock.writeLock().unlock();
  }
}
