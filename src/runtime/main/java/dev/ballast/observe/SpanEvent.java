package dev.ballast.observe;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Something that happens now and then, with its bytes and a number. */
@Category("Ballast")
@StackTrace(false)
abstract sealed class SpanEvent extends Event implements Recorder.Span {
  @Label("Name")
  String what = "";

  @Label("Bytes")
  @DataAmount
  long bytes;

  @Label("Number")
  double number;

  static Recorder.Span begun(SpanEvent e, String what) {
    e.what = what;
    e.begin();
    return e;
  }

  @Override
  public void tell(long itsBytes, double itsNumber) {
    bytes = itsBytes;
    number = itsNumber;
  }

  @Override
  public void close() {
    commit();
  }

  @Name("dev.ballast.Load")
  @Label("Load")
  @Description("A model file was opened; bytes of its weights, number of its parameters")
  static final class Load extends SpanEvent {}

  @Name("dev.ballast.Plan")
  @Label("Plan")
  @Description("A graph was planned; bytes of the arena, number of steps")
  static final class Planning extends SpanEvent {}

  @Name("dev.ballast.Swap")
  @Label("Swap")
  @Description("A model was replaced; bytes off the heap with both, number of sessions opened")
  static final class Swapping extends SpanEvent {}
}
