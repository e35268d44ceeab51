package dev.ballast.bench;

import dev.ballast.cli.Report;

/** What was measured of one problem: a row for people, an object for programs. */
sealed interface PlannerRow permits PlacementRow, PlanningRow {
  /** The names of the columns. */
  String header();

  String line();

  Report report();
}
