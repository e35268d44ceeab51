package dev.ballast.serve;

/**
 * The bytes that serving a model with one batch size takes off the heap, known before any is taken.
 *
 * @param weights of all parameters, once for the model; of a mapped file they are the page cache's
 * @param prepared what is computed of the weights once for the batch size, shared by its sessions
 * @param session what each session has for itself: inputs, outputs, states and scratch
 */
public record MemoryNeeds(long weights, long prepared, long session) {
  /** All, for so many sessions. */
  public long total(int sessions) {
    return weights + prepared + Math.multiplyExact(session, (long) sessions);
  }
}
