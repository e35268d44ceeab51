/**
 * Latency under load, beside libraries that serve on the JVM, in a quiet JVM and beside garbage:
 * {@code ballast bench latency}. How and why: decision 30.
 */
package dev.ballast.bench.latency;
