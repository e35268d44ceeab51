package dev.ballast.observe;

import jdk.jfr.FlightRecorder;

/**
 * Ballast's events in the JDK Flight Recorder, with what each took; see {@code ballast.jfc}.
 * Nothing happens where the JDK was built without the module {@code jdk.jfr}, nor before somebody
 * has asked for a recording: an event's class is registered when it is first used, which takes a
 * tenth of the time to a first answer.
 */
public final class Recorder {
  static final boolean IS_THERE = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private Recorder() {}

  /** Whether there has been a recording. Costs a read, and loads no class of an event. */
  static boolean isInUse() {
    return IS_THERE && FlightRecorder.isInitialized();
  }

  /** What is being recorded from its making to {@link #close}. */
  public interface Span extends AutoCloseable {
    /** Says more of what happened. */
    void tell(long bytes, double number);

    @Override
    void close();
  }

  /** Nothing is recorded. */
  private enum NoSpan implements Span {
    NONE;

    @Override
    public void tell(long bytes, double number) {}

    @Override
    public void close() {}
  }

  /** A model is loaded from a file: {@code dev.ballast.Load}. Its number is that of parameters. */
  public static Span load(String model) {
    return isInUse() ? SpanEvent.begun(new SpanEvent.Load(), model) : NoSpan.NONE;
  }

  /** A graph is planned: {@code dev.ballast.Plan}. Its number is that of steps. */
  public static Span plan(String graph) {
    return isInUse() ? SpanEvent.begun(new SpanEvent.Planning(), graph) : NoSpan.NONE;
  }

  /** A model is replaced: {@code dev.ballast.Swap}. Its bytes are those taken with both. */
  public static Span swap(String model) {
    return isInUse() ? SpanEvent.begun(new SpanEvent.Swapping(), model) : NoSpan.NONE;
  }
}
