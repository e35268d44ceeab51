/** What Ballast counts, as meters of Micrometer. */
package dev.ballast.micrometer;
