/**
 * A service to copy from: tells how likely payments are fraud, and learns from those that turned
 * out to be. Read {@link Service} first, then {@link Api}, {@link Scorer} and {@link Learner}.
 */
package dev.ballast.example;
