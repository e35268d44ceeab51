package dev.ballast.bench;

/** Something to be measured beside others. */
record Variant(String name, Runnable work) {}
