/**
 * Load at a rate that does not wait for answers, and what else may go on in a JVM meanwhile. Knows
 * no networks: a request is anything that runs.
 */
package dev.ballast.bench.load;
