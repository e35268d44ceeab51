package dev.ballast.openblas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.openblas.ChildJvm.Result;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CrowdTest {
  @ParameterizedTest
  @ValueSource(ints = {2, 64, 256, 1000})
  void manyThreadsAtOnceGetRightAnswersAndTheProcessLives(int crowd) throws Exception {
    Result result =
        ChildJvm.run(
            ChildJvm.flags(
                "-Dcrowd=" + crowd, "-Dballast.cache=" + System.getProperty("ballast.cache")),
            ChildJvm.classPath(true),
            Map.of(),
            CrowdProbe.class);
    assertEquals(0, result.exitCode(), result.output());
    assertTrue(result.output().contains("right=" + crowd + " of " + crowd), result.output());
    assertFalse(result.output().contains("OpenBLAS"), result.output());
  }
}
