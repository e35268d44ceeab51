package dev.ballast.runtime;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Op;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slice;
import dev.ballast.kernel.Slices;
import dev.ballast.op.OpName;
import dev.ballast.op.Ops;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Ops as a user would write them, outside the sealed hierarchy. */
public final class UserOps {
  private UserOps() {}

  /** y = a·x³; y′ = 3a·x². Keeps the input. */
  @OpName("test_cube")
  public record Cube(double factor) implements Op {
    @Override
    public String name() {
      return "test_cube";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      if (inputs.size() != 1 || !inputs.getFirst().dtype().isFloating()) {
        throw new ShapeException("test_cube: takes one floating tensor");
      }
      return inputs;
    }

    @Override
    public void gradient(Backprop b) {
      Expr slope = Ops.mul(Ops.constant(b.dout(), 3 * factor), Ops.square(b.in(0)));
      b.contribute(0, Ops.mul(b.dout(), slope));
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return List.of(new InPlace(0, 0));
    }

    @Override
    public Kernel reference(Slices s) {
      Slice x = s.in(0);
      Slice y = s.out();
      return () -> {
        for (long i = 0; i < y.elements(); i++) {
          double v = x.get(i);
          y.set(i, factor * v * v * v);
        }
      };
    }
  }

  /** The bytes in reverse order, by way of a workspace of their size. */
  @OpName("test_reverse")
  public record Reverse() implements Op {
    @Override
    public String name() {
      return "test_reverse";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      return inputs;
    }

    @Override
    public void gradient(Backprop b) {
      b.contribute(0, b.dout().builder().apply(this, b.dout()));
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return List.of(new InPlace(0, 0));
    }

    @Override
    public long workspaceBytes(List<TensorType> inputs) {
      return inputs.getFirst().bytes();
    }

    @Override
    public Kernel reference(Slices s) {
      Slice x = s.in(0);
      Slice y = s.out();
      MemorySegment w = s.workspace();
      long last = x.elements() - 1;
      int size = x.dtype().bytes();
      return () -> {
        MemorySegment.copy(x.memory(), 0, w, 0, w.byteSize());
        for (long i = 0; i <= last; i++) {
          for (int k = 0; k < size; k++) {
            y.memory().set(JAVA_BYTE, (last - i) * size + k, w.get(JAVA_BYTE, i * size + k));
          }
        }
      };
    }
  }

  /** Copies its input once a gate opens, and says when it has begun to wait. */
  @OpName("test_wait")
  public record Wait(String gate) implements Op {
    private static final Map<String, CountDownLatch> BEGUN = new ConcurrentHashMap<>();
    private static final Map<String, CountDownLatch> OPEN = new ConcurrentHashMap<>();

    /** A gate that is shut. */
    static Wait at(String gate) {
      BEGUN.put(gate, new CountDownLatch(1));
      OPEN.put(gate, new CountDownLatch(1));
      return new Wait(gate);
    }

    void awaitBegin() throws InterruptedException {
      BEGUN.get(gate).await();
    }

    void open() {
      OPEN.get(gate).countDown();
    }

    @Override
    public String name() {
      return "test_wait";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      return inputs;
    }

    @Override
    public void gradient(Backprop b) {}

    @Override
    public Kernel reference(Slices s) {
      return () -> {
        BEGUN.get(gate).countDown();
        try {
          OPEN.get(gate).await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        s.out().copyFrom(s.in(0));
      };
    }
  }
}
