/**
 * Load on the example service over HTTP. Knows of it what its README says, and none of its classes.
 */
package dev.ballast.bench.service;
