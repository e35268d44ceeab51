package dev.ballast.example;

import dev.ballast.memory.OffHeap;
import java.util.concurrent.CompletionException;

/** Runs the service until it is told to end. */
public final class Main {
  private static final int WRONG_USAGE = 2;

  private Main() {}

  public static void main(String[] arguments) {
    if (arguments.length > 0 && arguments[0].equals("--help")) {
      System.out.print(Settings.USAGE);
      return;
    }
    Settings settings;
    try {
      settings = Settings.parse(arguments, System.getenv());
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(WRONG_USAGE);
      return;
    }
    run(settings);
  }

  private static void end(Service service) {
    service.close();
    System.out.println("closed; bytes off the heap: " + OffHeap.taken());
  }

  private static void run(Settings settings) {
    Service service = Service.start(settings);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> end(service)));
    System.out.println("listening on http://" + settings.host() + ":" + service.port());
    try {
      service.ready().join();
      System.out.println("ready");
    } catch (CompletionException e) {
      System.err.println("not started: " + e.getCause());
      System.exit(1);
    }
  }
}
