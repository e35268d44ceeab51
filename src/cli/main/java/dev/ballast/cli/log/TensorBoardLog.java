package dev.ballast.cli.log;

import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.protobuf.ProtobufMapper;
import com.fasterxml.jackson.dataformat.protobuf.schema.ProtobufSchema;
import com.fasterxml.jackson.dataformat.protobuf.schema.ProtobufSchemaLoader;
import dev.ballast.train.Epoch;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * An event file for TensorBoard: losses and accuracies by step. Records are framed as TFRecord
 * (length, masked CRC-32C of it, data, masked CRC-32C of them); the messages are those of {@code
 * tensorboard/compat/proto/event.proto}, as far as they are needed here.
 */
public final class TensorBoardLog implements RunLog {
  private static final String SCHEMA =
      """
      package tensorboard;
      message Event {
        required double wall_time = 1;
        optional int64 step = 2;
        optional string file_version = 3;
        optional Summary summary = 5;
        optional SessionLog session_log = 7;
      }
      message Summary { repeated Value value = 1; }
      message Value { optional string tag = 1; optional float simple_value = 2; }
      message SessionLog { optional int32 status = 1; }
      """;

  /** Tells TensorBoard that this file goes on, and what it knows of later steps is void. */
  private static final int START = 1;

  private static final int STEPS_BETWEEN = 50;
  private static final int MASK_DELTA = 0xA282EAD8;
  private static final int MASK_SHIFT = 15;

  private final OutputStream out;
  private final ObjectWriter events;
  private final Clock clock;
  private long stepsOfEpochs;

  private record Event(
      double wall_time, Long step, String file_version, Summary summary, SessionLog session_log) {}

  private record Summary(List<Scalar> value) {}

  private record Scalar(String tag, float simple_value) {}

  private record SessionLog(int status) {}

  TensorBoardLog(OutputStream out, Clock clock) throws IOException {
    ProtobufSchema schema = ProtobufSchemaLoader.std.parse(SCHEMA, "Event");
    this.out = out;
    this.clock = clock;
    this.events = new ProtobufMapper().writer(schema);
    write(new Event(now(), null, "brain.Event:2", null, null));
  }

  /** A new file in the folder, which is made where there is none. */
  public static TensorBoardLog open(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new IOException(folder + ": this folder for TensorBoard can't be made", e);
    }
    Clock clock = Clock.systemUTC();
    String name =
        "events.out.tfevents.%010d.%s.%d.0"
            .formatted(clock.instant().getEpochSecond(), host(), ProcessHandle.current().pid());
    return new TensorBoardLog(Files.newOutputStream(folder.resolve(name)), clock);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private double now() {
    return clock.millis() / 1e3;
  }

  @Override
  public void begin(List<Epoch> before, int steps) throws IOException {
    stepsOfEpochs = before.stream().mapToLong(Epoch::steps).sum();
    long done = stepsOfEpochs + steps;
    if (done > 0) {
      write(new Event(now(), done, null, null, new SessionLog(START)));
    }
  }

  @Override
  public void onStep(int epoch, int step, int steps, double meanLoss) {
    if (step % STEPS_BETWEEN == 0 && step < steps) {
      scalars(stepsOfEpochs + step, List.of(new Scalar("loss/train_so_far", (float) meanLoss)));
    }
  }

  @Override
  public void onEpoch(Epoch e) {
    stepsOfEpochs += e.steps();
    scalars(stepsOfEpochs, List.of(new Scalar("loss/train", (float) e.trainLoss())));
    e.evaluation()
        .ifPresent(
            v -> {
              scalars(stepsOfEpochs, List.of(new Scalar("loss/evaluation", (float) v.loss())));
              v.accuracy()
                  .ifPresent(
                      a ->
                          scalars(
                              stepsOfEpochs,
                              List.of(new Scalar("accuracy/evaluation", (float) a))));
            });
    scalars(stepsOfEpochs, List.of(new Scalar("seconds/epoch", (float) e.seconds())));
  }

  private void scalars(long step, List<Scalar> values) {
    try {
      write(new Event(now(), step, null, new Summary(values), null));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(Event event) throws IOException {
    byte[] data = events.writeValueAsBytes(event);
    byte[] length =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(data.length).array();
    out.write(length);
    out.write(maskedChecksum(length));
    out.write(data);
    out.write(maskedChecksum(data));
    out.flush();
  }

  private static byte[] maskedChecksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    int masked = Integer.rotateRight((int) crc.getValue(), MASK_SHIFT) + MASK_DELTA;
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(masked).array();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
