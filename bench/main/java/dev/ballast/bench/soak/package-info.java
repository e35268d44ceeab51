/**
 * All that a service does to models, at once and for long: many threads that ask, swaps each second
 * to what is learnt in the same process, sessions that come and go, a limit on memory that moves.
 * Each answer is checked, and memory is recorded. Start with {@link dev.ballast.bench.soak.Soak}.
 */
package dev.ballast.bench.soak;
