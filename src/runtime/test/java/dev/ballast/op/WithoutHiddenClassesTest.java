package dev.ballast.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import dev.ballast.data.ArrayDataset;
import dev.ballast.data.Dataset;
import dev.ballast.kernel.Simd;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Adam;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Epoch;
import dev.ballast.train.Trainer;
import dev.ballast.train.TrainingListener;
import dev.ballast.train.TrainingOptions;
import java.io.File;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Ballast where no classes can be made while it runs, as in an image compiled ahead of time: a
 * loader of its own runs it that keeps class files to itself, from which fast loops are made.
 */
class WithoutHiddenClassesTest {
  /** All of the class path anew, but no class file of Ballast as a resource. */
  private static final class NoClassFiles extends URLClassLoader {
    NoClassFiles() {
      super(classPath(), ClassLoader.getPlatformClassLoader());
    }

    private static URL[] classPath() {
      return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
          .map(entry -> url(Path.of(entry).toUri()))
          .toArray(URL[]::new);
    }

    private static URL url(URI uri) {
      try {
        return uri.toURL();
      } catch (MalformedURLException e) {
        throw new IllegalStateException(e);
      }
    }

    private static boolean isHidden(String name) {
      return name.startsWith("dev/ballast/kernel/") && name.endsWith(".class");
    }

    @Override
    public URL getResource(String name) {
      return isHidden(name) ? null : super.getResource(name);
    }

    @Override
    public InputStream getResourceAsStream(String name) {
      return isHidden(name) ? null : super.getResourceAsStream(name);
    }
  }

  /** What runs in that loader. */
  static final class Probe {
    private Probe() {}

    public static String simd() {
      return Simd.description();
    }

    public static void everyOpAgreesWithItsReference() {
      for (OpSample s : OpSamples.all()) {
        OpContractTest.kernelsAgree(s, DType.F32);
      }
    }

    public static double lossOfXor() throws Exception {
      Model model =
          new Model(
              "xor",
              Shape.of(2),
              Sequential.of(Linear.of("fc1", 2, 8), Activation.TANH, Linear.of("fc2", 8, 2)));
      TrainingOptions options =
          TrainingOptions.of(new CrossEntropy(), Adam.of(0.05)).withEpochs(200);
      float[] x = {0, 0, 0, 1, 1, 0, 1, 1};
      try (Dataset data = ArrayDataset.labelled(Shape.of(2), x, new int[] {0, 1, 1, 0});
          Trainer trainer = new Trainer(model, options, data, Optional.empty())) {
        double[] loss = new double[1];
        trainer.fit(
            new TrainingListener() {
              @Override
              public void onEpoch(Epoch epoch) {
                loss[0] = epoch.trainLoss();
              }
            });
        return loss[0];
      }
    }
  }

  private static Object inThatLoader(String method) throws Throwable {
    try (NoClassFiles loader = new NoClassFiles()) {
      Class<?> probe = loader.loadClass(Probe.class.getName());
      assertNotSame(Probe.class, probe);
      Method m = probe.getDeclaredMethod(method);
      m.setAccessible(true);
      return m.invoke(null);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Test
  void thereAreNoVectorsAndItIsSaidWhy() throws Throwable {
    assertEquals(
        "none: plain loops, since no classes can be made while this program runs",
        inThatLoader("simd"));
  }

  @Test
  void everyOpServes() throws Throwable {
    inThatLoader("everyOpAgreesWithItsReference");
  }

  @Test
  void aModelLearnsTheSame() throws Throwable {
    assertEquals(Probe.lossOfXor(), (double) inThatLoader("lossOfXor"), 1e-3);
  }
}
