package dev.ballast.serve;

/**
 * How often a pool's sessions have run, of all models that it ever had.
 *
 * @param runs that ended well
 * @param timed those of them whose time was taken: none before {@link SessionPool#timeRuns}
 * @param nanos that these took together
 */
public record RunCounts(long runs, long timed, long nanos) {}
