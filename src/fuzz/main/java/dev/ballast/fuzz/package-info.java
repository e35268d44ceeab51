/**
 * Coverage-guided fuzzing of all that reads bytes from outside: {@link dev.ballast.fuzz.Reader}
 * lists the readers, {@link dev.ballast.fuzz.Trial} says what may happen, {@link
 * dev.ballast.fuzz.Fuzzer} runs Jazzer on them.
 */
package dev.ballast.fuzz;
