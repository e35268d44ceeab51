package dev.ballast.ir;

/** What a node is for: pictures and reports tell them apart, nothing else does. */
public enum Phase {
  FORWARD,
  BACKWARD,
  UPDATE
}
