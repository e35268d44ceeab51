package dev.ballast.observe;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** One run of a session that took longer than the recording's threshold. */
@Name("dev.ballast.Run")
@Label("Run")
@Category("Ballast")
@Description("One run of a session, above the threshold")
@Threshold("1 ms")
@StackTrace(false)
final class RunEvent extends Event {
  @Label("Graph")
  String graph = "";

  @Label("Arena")
  @DataAmount
  long bytes;

  /**
   * One event for all runs of a session, since it is for one thread at a time; made when a
   * recording is first seen.
   */
  static final class Reused implements Probe {
    private final String graph;
    private final long bytes;
    private RunEvent event;

    Reused(String graph, long bytes) {
      this.graph = graph;
      this.bytes = bytes;
    }

    @Override
    public void begin() {
      if (event == null && Recorder.isInUse()) {
        event = new RunEvent();
        event.graph = graph;
        event.bytes = bytes;
      }
      if (event != null && event.isEnabled()) {
        event.begin();
      }
    }

    @Override
    public void end() {
      if (event != null && event.isEnabled()) {
        event.end();
        if (event.shouldCommit()) {
          event.commit();
        }
      }
    }
  }
}
