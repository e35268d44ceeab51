package dev.ballast.bench.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A library that runs workloads in a process of its own. */
public interface Side {
  /** Ours; the others are peers. */
  String BALLAST = "ballast";

  String name();

  /** What lacks for it to run here, and what to do about it. */
  Optional<String> missing();

  /** Whether it has such workloads at all. */
  default boolean runs(PeerWorkload w) {
    return true;
  }

  /**
   * The program and its arguments.
   *
   * @param job the file that tells it what to run
   */
  List<String> command(Path job, int threads);

  /** A script run by the interpreter of a virtual environment. */
  record Python(String name, Path python, Path script, List<String> options, String install)
      implements Side {
    @Override
    public Optional<String> missing() {
      return Files.isExecutable(python)
          ? Optional.empty()
          : Optional.of(python + " is not there; " + install + " makes it");
    }

    @Override
    public List<String> command(Path job, int threads) {
      List<String> command = new ArrayList<>();
      command.addAll(List.of(python.toString(), script.toString(), job.toString()));
      command.addAll(options);
      return command;
    }
  }

  /**
   * A main class on the JVM that runs this program, with its flags.
   *
   * @param lacking what lacks for it to run, if something does
   * @param archive where the classes it loads are kept after its first start, for the later ones to
   *     start as they would in a service that cares
   */
  record Jvm(
      String name, JvmProgram program, Optional<String> missing, boolean trains, Path archive)
      implements Side {
    @Override
    public boolean runs(PeerWorkload w) {
      return trains || !w.trains();
    }

    @Override
    public List<String> command(Path job, int threads) {
      return program.command(job, threads, archive);
    }

    /**
     * The same in a JVM of other flags, without an archive.
     *
     * @param name of what it leaves in the job's folder
     * @param flags collector, heap and logs; those of this JVM are dropped
     */
    public Side with(String name, List<String> flags) {
      return new Tuned(this, name, List.copyOf(flags));
    }
  }

  /** A side on a JVM with flags of its own. */
  record Tuned(Jvm jvm, String name, List<String> flags) implements Side {
    @Override
    public Optional<String> missing() {
      return jvm.missing();
    }

    @Override
    public boolean runs(PeerWorkload w) {
      return jvm.runs(w);
    }

    @Override
    public List<String> command(Path job, int threads) {
      return jvm.program().command(job, threads, flags);
    }
  }
}
