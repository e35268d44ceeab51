package dev.ballast.kernel;

import java.lang.invoke.MethodHandles;
import java.util.Optional;

/**
 * Whether classes can be made while the program runs, as fast loops are: a virtual machine can, an
 * image compiled ahead of time can't, nor one that was stripped of its class files. Where they
 * can't be made, loops that are compiled beforehand serve, and the log says so once.
 */
final class HiddenClasses {
  private static final Optional<String> OBSTACLE = obstacleToOne();

  private HiddenClasses() {}

  static boolean canBeMade() {
    return OBSTACLE.isEmpty();
  }

  private static Optional<String> obstacleToOne() {
    try {
      // Not initialized: its initializer is the one that runs here.
      MethodHandles.lookup()
          .defineHiddenClass(Specialized.classFile(HiddenClasses.class), false)
          .lookupClass();
      return Optional.empty();
    } catch (VirtualMachineError e) {
      throw e;
    } catch (Exception | Error e) {
      // Images throw an error of a type of their own.
      System.getLogger("dev.ballast.kernel")
          .log(
              System.Logger.Level.WARNING,
              "No classes can be made while this program runs ("
                  + e
                  + "): plain loops serve, which take many times as long");
      return Optional.of(e.toString());
    }
  }
}
