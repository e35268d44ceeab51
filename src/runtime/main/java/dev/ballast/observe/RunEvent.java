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

  /** One event for all runs of a session, since it is for one thread at a time. */
  static final class Reused implements Probe {
    private final RunEvent event = new RunEvent();

    Reused(String graph, long bytes) {
      event.graph = graph;
      event.bytes = bytes;
    }

    @Override
    public void begin() {
      if (event.isEnabled()) {
        event.begin();
      }
    }

    @Override
    public void end() {
      if (event.isEnabled()) {
        event.end();
        if (event.shouldCommit()) {
          event.commit();
        }
      }
    }
  }
}
