package dev.ballast.runtime;

import dev.ballast.plan.Step;

/**
 * What a step of a session took, which was opened with {@link SessionOptions#withProfile}.
 *
 * @param runs how often it ran
 * @param nanos of all runs
 * @param lastStart when the last run of it began, by {@link System#nanoTime}
 * @param lastNanos what that took
 */
public record StepTime(Step step, long runs, long nanos, long lastStart, long lastNanos) {}
