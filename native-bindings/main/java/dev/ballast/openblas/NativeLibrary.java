package dev.ballast.openblas;

import java.lang.foreign.SymbolLookup;

/** A loaded and checked OpenBLAS. */
record NativeLibrary(SymbolLookup symbols, CallerGate gate, LoadReport report) {}
