package dev.ballast.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.Ballast;
import dev.ballast.format.ReadOptions;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeapLimitException;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.PlanException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServingModelTest {
  private static final double ROUNDING = 1e-6;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"1,true", "5,true", "5,false", "64,true"})
  void answersAsAPlainSessionDoes(int batch, boolean packs) throws IOException {
    ServingOptions options = ServingOptions.defaults().withPackWeights(packs);
    float[] x = SmallModel.batch(batch, 3);
    float[] expected = SmallModel.expected(1, batch, x);
    try (ServingModel model = ServingModel.load(SmallModel.file(folder, 1), options);
        Session first = model.session(batch);
        Session second = model.session(batch)) {
      for (Session s : new Session[] {first, second}) {
        s.input("x").copyFrom(x);
        s.run();
        assertTrue(SmallModel.distance(expected, s.output("probabilities")) < ROUNDING);
      }
    }
  }

  @Test
  void memoryIsKnownBeforeItIsTakenAndGivenBackWhole() throws IOException {
    Path file = SmallModel.file(folder, 1);
    long before = SmallModel.taken();
    try (ServingModel model = ServingModel.load(file)) {
      MemoryNeeds needs = model.memory(8);
      assertEquals(before + needs.weights(), SmallModel.taken(), "planning takes nothing");
      assertTrue(needs.prepared() > 0, "weights are packed for 8 rows");
      try (Session first = model.session(8)) {
        assertEquals(before + needs.total(1), SmallModel.taken());
        try (Session second = model.session(8)) {
          assertEquals(before + needs.total(2), SmallModel.taken(), "packed weights are shared");
          assertNotEquals(
              first.input("x").memory().address(), second.input("x").memory().address());
        }
        assertEquals(before + needs.total(1), SmallModel.taken());
      }
    }
    assertEquals(before, SmallModel.taken());
  }

  @Test
  void weightsLiveUntilTheLastSessionIsClosed() throws IOException {
    float[] x = SmallModel.example(9);
    ServingModel model = ServingModel.load(SmallModel.file(folder, 2));
    Session session = model.session(1);
    model.close();
    assertFalse(model.isFreed());
    session.input("x").copyFrom(x);
    session.run();
    float[] expected = SmallModel.expected(2, 1, x);
    assertTrue(SmallModel.distance(expected, session.output("probabilities")) < ROUNDING);
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> model.session(1).close());
    assertEquals("model 'small' is closed", e.getMessage());
    session.close();
    session.close();
    assertTrue(model.isFreed());
    model.close();
  }

  @Test
  void whatTheLimitDoesNotLeaveIsRefusedAndNothingIsTaken() throws IOException {
    Path file = SmallModel.file(folder, 1);
    try (ServingModel model = ServingModel.load(file)) {
      MemoryNeeds needs = model.memory(1);
      long before = SmallModel.taken();
      long old = Ballast.limit(before + needs.session() - 1);
      try {
        OffHeapLimitException e =
            assertThrows(OffHeapLimitException.class, () -> model.session(1).close());
        assertEquals(needs.session(), e.asked());
        assertEquals(needs.session() - 1, e.left());
        assertTrue(
            e.getMessage().startsWith("a session of 'small', batch 1 needs "), e.getMessage());
        assertTrue(e.getMessage().endsWith("raise the limit (Ballast.limit)"), e.getMessage());
        assertEquals(before, SmallModel.taken());
        Ballast.limit(before + needs.session() + needs.prepared());
        model.session(1).close();
        Ballast.limit(0);
        assertThrows(OffHeapLimitException.class, () -> ServingModel.load(file).close());
        assertEquals(before + needs.prepared(), SmallModel.taken());
      } finally {
        Ballast.limit(old);
      }
      model.session(1).close();
    }
  }

  @Test
  void theAccountSaysWhatIsMappedAndWhatIsCopied() throws IOException {
    Path file = SmallModel.file(folder, 1);
    ServingOptions copies =
        ServingOptions.defaults().withRead(ReadOptions.defaults().withMapWeights(false));
    long mapped = SmallModel.taken(Kind.MAPPED);
    long copied = SmallModel.taken(Kind.WEIGHTS);
    try (ServingModel a = ServingModel.load(file);
        ServingModel b = ServingModel.load(file, copies)) {
      long bytes = a.memory(1).weights();
      assertEquals(mapped + bytes, SmallModel.taken(Kind.MAPPED));
      assertEquals(copied + bytes, SmallModel.taken(Kind.WEIGHTS));
      assertEquals(b.memory(1).weights(), bytes);
      assertTrue(Ballast.memory().toString().contains("mapped "), Ballast.memory().toString());
      assertTrue(Ballast.memory().total() >= 2 * bytes);
    }
    assertEquals(mapped, SmallModel.taken(Kind.MAPPED));
    assertEquals(copied, SmallModel.taken(Kind.WEIGHTS));
  }

  @Test
  void otherWeightsShareThePlan() {
    float[] x = SmallModel.example(4);
    try (ServingModel one = SmallModel.serving(1);
        ServingModel two = one.withWeights(SmallModel.weights(2));
        Session s = two.session(1)) {
      assertSame(one.plan(1), two.plan(1));
      s.input("x").copyFrom(x);
      s.run();
      float[] expected = SmallModel.expected(2, 1, x);
      assertTrue(SmallModel.distance(expected, s.output("probabilities")) < ROUNDING);
    }
  }

  @Test
  void weightsOfAnotherSizeAreRefused() {
    try (ServingModel model = SmallModel.serving(1);
        Arena arena = Arena.ofConfined()) {
      MemorySegment few = arena.allocate(64);
      PlanException e = assertThrows(PlanException.class, () -> model.withWeights(few).close());
      assertEquals(
          "the weights have 64 bytes, the parameters of 'small' take " + model.memory(1).weights(),
          e.getMessage());
    }
  }

  @Test
  void aBatchOfNoneIsRefused() {
    try (ServingModel model = SmallModel.serving(1)) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> model.session(0).close());
      assertEquals("model 'small': a batch needs at least one example, not 0", e.getMessage());
    }
  }
}
