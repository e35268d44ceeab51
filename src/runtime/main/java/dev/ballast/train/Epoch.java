package dev.ballast.train;

import java.util.Optional;

/**
 * What one time through the data gave.
 *
 * @param number from 1
 * @param trainLoss the mean of the steps' losses, weighted by their examples
 * @param seconds spent in steps, evaluation not counted
 * @param steps batches that were run: each a step, or a part of one
 * @param heapBytesPerStep allocated on the heap by the training thread, mean over the second half
 *     of the steps: in the first epoch the first half is still being compiled
 * @param evaluation on the test data, if there are any
 */
public record Epoch(
    int number,
    double trainLoss,
    double seconds,
    int steps,
    double heapBytesPerStep,
    Optional<Evaluation> evaluation) {}
