package dev.ballast.openblas;

/** Where an OpenBLAS library came from, in the order in which Ballast looks. */
public enum Origin {
  /** The path the user named; if it was named, nothing else is tried. */
  USER,
  /** The library that came as a Maven dependency, unpacked into the cache. */
  BUNDLED,
  /** A library the operating system's loader found. */
  SYSTEM
}
