package dev.ballast.observe;

/**
 * Watches something that happens over and over. Where the JDK has no Flight Recorder, or none
 * records, it costs next to nothing; it never allocates.
 */
public interface Probe {
  /** It begins. */
  void begin();

  /** It has ended. */
  void end();

  /**
   * Watches runs of a plan: {@code dev.ballast.Run}.
   *
   * @param graph the plan's graph, by name
   */
  static Probe ofRuns(String graph, long bytes) {
    return Recorder.IS_THERE ? new RunEvent.Reused(graph, bytes) : Nothing.AT_ALL;
  }

  /** Where nothing can be recorded. */
  enum Nothing implements Probe {
    AT_ALL;

    @Override
    public void begin() {}

    @Override
    public void end() {}
  }
}
