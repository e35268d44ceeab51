package dev.ballast.fuzz;

import dev.ballast.cli.calculus.Blackboard;
import dev.ballast.cli.calculus.Solution;
import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.cli.exchange.SafetensorsFile;
import dev.ballast.cli.expression.Expression;
import dev.ballast.cli.expression.ExpressionException;
import dev.ballast.data.IdxFile;
import dev.ballast.data.LinesFile;
import dev.ballast.data.NpyFile;
import dev.ballast.data.TextFile;
import dev.ballast.format.Checkpoint;
import dev.ballast.format.ModelFile;
import dev.ballast.format.ReadOptions;
import dev.ballast.format.SavedState;
import dev.ballast.fuzz.Trial.Bounds;
import dev.ballast.image.ImageDecoder;
import dev.ballast.ir.Graph;
import dev.ballast.pass.PassRule;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.tensor.ShapeException;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;

/**
 * All that reads bytes from outside. Of formats with several forms the first byte of an input says
 * which: it is no part of the file.
 */
enum Reader {
  /** Mapped and copied. Checksums are set right, or no input would come further than these. */
  MODEL {
    @Override
    void read(byte[] input) {
      byte[] file = Checksums.corrected(input);
      for (boolean map : new boolean[] {true, false}) {
        // Its plan and graph are objects, a few hundred bytes each for a node of some twenty.
        Trial.of(
            file,
            ".ballast",
            new Bounds(4_000, 2),
            Set.of(),
            t -> {
              try (ModelFile m =
                  ModelFile.open(t.file(), ReadOptions.defaults().withMapWeights(map))) {
                demandSameAgain(t, m);
              }
            });
      }
    }
  },
  CHECKPOINT {
    @Override
    void read(byte[] input) {
      Trial.of(
          Checksums.corrected(input),
          ".ballast",
          new Bounds(4_000, 6),
          Set.of(),
          t -> {
            try (Arena arena = Trial.arena();
                ModelFile model = ModelFile.open(t.file())) {
              demandSameAgain(t, Checkpoint.read(t.file(), arena), model, arena);
            }
          });
    }
  },
  /** Up to the plan of a training step, where that is small. */
  DEFINITION {
    @Override
    void read(byte[] input) {
      String text = new String(input, StandardCharsets.UTF_8);
      Trial.of(
          text.getBytes(StandardCharsets.UTF_8),
          ".toml",
          new Bounds(200_000, 0),
          Set.of(),
          t -> plan(DefinitionReader.read(t.file())));
    }
  },
  IDX {
    @Override
    void read(byte[] input) {
      boolean packed = form(input, 2) == 1;
      Trial.of(
          rest(input),
          packed ? ".gz" : ".idx",
          new Bounds(0, packed ? DEFLATE : 0),
          Set.of(),
          t -> {
            try (Arena arena = Trial.arena()) {
              IdxFile.read(t.file(), arena);
            }
          });
    }
  },
  NPY {
    @Override
    void read(byte[] input) {
      boolean archive = form(input, 2) == 1;
      Trial.of(
          rest(input),
          archive ? ".npz" : ".npy",
          new Bounds(1_000, archive ? DEFLATE : 0),
          Set.of(),
          t -> {
            // Each by itself: entries of an archive may lie over each other.
            for (String name : archive ? NpyFile.names(t.file()) : List.of("")) {
              try (Arena arena = Trial.arena()) {
                if (archive) {
                  NpyFile.read(t.file(), name, arena);
                } else {
                  NpyFile.map(t.file(), arena);
                }
              }
            }
          });
    }
  },
  SAFETENSORS {
    @Override
    void read(byte[] input) {
      Trial.of(
          input,
          ".safetensors",
          new Bounds(1_000, 0),
          Set.of(),
          t -> {
            try (SafetensorsFile f = SafetensorsFile.open(t.file())) {
              f.tensors().values().forEach(Reader::readEnds);
            }
          });
    }
  },
  CSV {
    @Override
    void read(byte[] input) {
      Trial.of(
          input,
          ".csv",
          new Bounds(2_000, 200),
          Set.of(),
          t -> {
            Definition d = DefinitionReader.readKept(t.file().resolveSibling("t.toml"), TABLE);
            try (var data = d.data().fitted(_ -> {}).training(_ -> {})) {
              data.train().size();
            }
          });
    }
  },
  IMAGE {
    @Override
    void read(byte[] input) {
      // As many pixels as a PNG of two colours can hold, each as colours and as a gray number.
      Trial.of(
          input,
          ".png",
          new Bounds(32 * 8 * DEFLATE, 0),
          Set.of(),
          t -> ImageDecoder.read(t.file(), ImageDecoder.WHITE));
    }
  },
  TEXT {
    @Override
    void read(byte[] input) {
      boolean lines = form(input, 2) == 1;
      Trial.of(
          rest(input),
          ".txt",
          new Bounds(1_000, 8),
          Set.of(),
          t -> {
            try (Arena arena = Trial.arena()) {
              if (lines) {
                String known = LinesFile.vocabularyOf(t.file(), 16);
                LinesFile.read(t.file(), known, 16, _ -> {}, arena);
              } else {
                TextFile.read(t.file(), TextFile.vocabularyOf(t.file()), arena);
              }
            }
          });
    }
  },
  /** Parsed, differentiated and evaluated where it says at which point. */
  EXPRESSION {
    @Override
    void read(byte[] input) {
      String text = new String(input, StandardCharsets.UTF_8);
      Trial.of(
          input,
          ".expr",
          new Bounds(500_000, 0),
          Set.of(ExpressionException.class, ShapeException.class),
          t -> {
            Expression f = Expression.parse(text, "input");
            if (f.steps().size() < MOST_STEPS) {
              new Blackboard(Solution.of(f, f.point(List.of()), true)).text();
            }
          });
    }
  };

  /** What a byte of deflated data can become. */
  private static final long DEFLATE = 1_032;

  private static final long MOST_PARAMETERS = 100_000;
  private static final int MOST_STEPS = 200;
  private static final int MOST_EXAMPLES = 4;

  private static final String TABLE =
      """
      name = "t"
      input = [3]
      loss = "cross_entropy"
      batch = 1
      epochs = 1
      [data]
      kind = "csv"
      folder = "."
      train = "input.csv"
      target = "c"
      test_share = 0.3
      [optimizer]
      kind = "sgd"
      learning_rate = 0.1
      [[layer]]
      kind = "linear"
      out = 3
      """;

  /** Gives a reader an input. Throws what no input may bring about. */
  abstract void read(byte[] input);

  /** The folder of its inputs. */
  String folder() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static int form(byte[] input, int forms) {
    return input.length == 0 ? 0 : Math.floorMod(input[0], forms);
  }

  private static byte[] rest(byte[] input) {
    return input.length == 0 ? input : Arrays.copyOfRange(input, 1, input.length);
  }

  private static void plan(Definition d) {
    Graph serving = d.model().inference(1);
    long parameters = serving.parameters().stream().mapToLong(p -> p.type().elements()).sum();
    if (parameters <= MOST_PARAMETERS && serving.nodes().size() <= MOST_STEPS) {
      int batch = Math.min(MOST_EXAMPLES, d.options().batch());
      Planner.plan(
          Graphs.trainingStep(d.model(), d.options(), batch, PassRule.all()),
          PlanOptions.defaults());
    }
  }

  /** The elements that lie outside if any does. */
  private static void readEnds(SafetensorsFile.Tensor t) {
    long elements = t.shape().elements();
    if (!t.format().isFloating()) {
      // Of integers nobody reads numbers: they are copied as they are, or refused as weights.
      if (t.memory().byteSize() != elements * t.format().bytes()) {
        throw new AssertionError(t + " has " + t.memory().byteSize() + " bytes");
      }
    } else if (elements > 0) {
      t.get(0);
      t.get(elements - 1);
    }
  }

  private static boolean same(MemorySegment a, MemorySegment b) {
    return a.mismatch(b) < 0;
  }

  private static void demandSameAgain(Trial t, Checkpoint c, ModelFile model, Arena arena)
      throws IOException {
    Path again = t.file().resolveSibling("again.ballast");
    c.write(again, model.graph(), new TreeMap<>());
    try {
      Checkpoint second = Checkpoint.read(again, arena);
      boolean same =
          second.progress().equals(c.progress())
              && same(second.weights(), c.weights())
              && second.bestWeights().isPresent() == c.bestWeights().isPresent()
              && (c.bestWeights().isEmpty()
                  || same(second.bestWeights().get(), c.bestWeights().get()))
              && second.states().size() == c.states().size();
      for (int i = 0; same && i < c.states().size(); i++) {
        SavedState was = c.states().get(i);
        SavedState is = second.states().get(i);
        same =
            is.name().equals(was.name())
                && is.type().equals(was.type())
                && same(is.elements(), was.elements());
      }
      if (!same) {
        throw new AssertionError("a checkpoint that was read and written again is another");
      }
    } finally {
      Files.deleteIfExists(again);
    }
  }

  /** What was read is written, and read again to the same. */
  private static void demandSameAgain(Trial t, ModelFile m) throws IOException {
    Path again = t.file().resolveSibling("again.ballast");
    ModelFile.write(again, m.graph(), m.weights(), new TreeMap<>());
    try (ModelFile second = ModelFile.open(again)) {
      boolean same =
          second.graph().toString().equals(m.graph().toString())
              && same(second.weights(), m.weights());
      if (!same) {
        throw new AssertionError("a model that was read and written again is another");
      }
    } finally {
      Files.deleteIfExists(again);
    }
  }
}
