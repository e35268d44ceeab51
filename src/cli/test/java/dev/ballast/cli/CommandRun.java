package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/** A command that has run: its status and what it wrote. */
record CommandRun(int status, String out, String err) {
  static CommandRun of(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    int status = Main.run(new PrintWriter(out), new PrintWriter(err), texts);
    return new CommandRun(status, out.toString(), err.toString());
  }

  /** One that must have done what it was asked. */
  static CommandRun done(Object... arguments) {
    CommandRun r = of(arguments);
    assertEquals(0, r.status(), r.err());
    return r;
  }

  /** The complaint of one that must have failed, and have said so without a stack trace. */
  static String complaint(Object... arguments) {
    CommandRun r = of(arguments);
    assertEquals(Main.FAILED, r.status(), r.err());
    assertEquals("", r.out());
    assertFalse(r.err().contains("\tat "), "a stack trace: " + r.err());
    return r.err();
  }

  JsonNode json() throws IOException {
    return new ObjectMapper().readTree(out);
  }
}
