import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.ballast.bench.peers.JvmSide;
import dev.ballast.bench.peers.SideJob;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/** A side of {@code ballast bench peers} in ONNX Runtime for Java: inference. */
final class OnnxRuntimeSide implements JvmSide.Subject {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final Map<String, OnnxTensor> inputs;
  private final int threads;

  private OnnxRuntimeSide(SideJob job) throws Exception {
    threads = job.number("threads");
    SessionOptions options = new SessionOptions();
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
    session = environment.createSession(job.text("onnx"), options);
    float[] x = job.floats("x");
    // Outside the heap, so that nothing is copied for a run.
    FloatBuffer direct =
        ByteBuffer.allocateDirect(Float.BYTES * x.length)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    direct.put(x).rewind();
    int[] example = job.numbers("input");
    long[] shape = new long[1 + example.length];
    shape[0] = job.number("batch");
    for (int i = 0; i < example.length; i++) {
      shape[1 + i] = example[i];
    }
    inputs = Map.of("x", OnnxTensor.createTensor(environment, direct, shape));
  }

  public static void main(String[] arguments) throws Exception {
    JvmSide.serve(arguments, OnnxRuntimeSide::new);
  }

  @Override
  public String version() {
    return environment.getVersion();
  }

  @Override
  public int threads() {
    return threads;
  }

  @Override
  public void run() throws Exception {
    try (OrtSession.Result result = session.run(inputs)) {
      result.get(0);
    }
  }

  /** Inference leaves the weights as they are. */
  @Override
  public void reload() {}

  @Override
  public List<float[]> result() throws Exception {
    try (OrtSession.Result result = session.run(inputs)) {
      FloatBuffer scores = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[scores.remaining()];
      scores.get(values);
      return List.of(values);
    }
  }
}
