package dev.ballast.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A page in a headless Chromium, driven over its DevTools protocol as a hand and an eye would. */
final class Browser {
  private static final int SECONDS = 60;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final CompletableFuture<JsonNode> loaded = new CompletableFuture<>();

  /** What the page or the browser complained of: errors, exceptions, refusals of the policy. */
  final List<String> complaints = Collections.synchronizedList(new ArrayList<>());

  final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private WebSocket socket;

  private Browser(Process process) {
    this.process = process;
  }

  /** Opens a page, or skips the test where there is no browser. */
  static Browser open(Path page, Path profile, int width, int height) throws Exception {
    Optional<Path> program = program();
    assumeTrue(program.isPresent(), "no chromium, chromium-browser or google-chrome on the PATH");
    Process p =
        new ProcessBuilder(
                program.get().toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "--window-size=" + width + "," + height,
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Browser b = new Browser(p);
    try {
      b.connect(port(p, profile));
      b.size(width, height);
      b.call("Page.navigate", Map.of("url", page.toUri().toString()));
      b.loaded.get(SECONDS, TimeUnit.SECONDS);
      return b;
    } catch (Exception | Error e) {
      b.close();
      throw e;
    }
  }

  private static Optional<Path> program() {
    return Stream.of("chromium", "chromium-browser", "google-chrome")
        .flatMap(n -> Stream.of(System.getenv("PATH").split(":")).map(d -> Path.of(d, n)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The port that the browser has chosen, which it writes into its profile. */
  private static int port(Process p, Path profile) throws IOException, InterruptedException {
    Path chosen = profile.resolve("DevToolsActivePort");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (p.isAlive() && System.nanoTime() < end) {
      List<String> lines = Files.exists(chosen) ? Files.readAllLines(chosen) : List.of();
      if (lines.size() == 2) {
        return Integer.parseInt(lines.getFirst());
      }
      Thread.sleep(20);
    }
    throw new IOException("the browser listens on no port; it is alive: " + p.isAlive());
  }

  private void connect(int port) throws Exception {
    URI list = URI.create("http://127.0.0.1:" + port + "/json/list");
    String pages =
        client
            .send(
                java.net.http.HttpRequest.newBuilder(list).build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    for (JsonNode target : JSON.readTree(pages)) {
      if (target.path("type").asText().equals("page")) {
        URI url = URI.create(target.path("webSocketDebuggerUrl").asText());
        socket = client.newWebSocketBuilder().buildAsync(url, new Ear()).get();
      }
    }
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      call(domain + ".enable", Map.of());
    }
  }

  /** Puts messages together from their parts. */
  private final class Ear implements WebSocket.Listener {
    private final StringBuilder message = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
      message.append(text);
      if (last) {
        try {
          hear(JSON.readTree(message.toString()));
        } catch (IOException e) {
          complaints.add("not JSON: " + e);
        }
        message.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  private void hear(JsonNode m) {
    if (m.has("id")) {
      Optional.ofNullable(answers.remove(m.get("id").asInt())).ifPresent(a -> a.complete(m));
      return;
    }
    JsonNode what = m.path("params");
    switch (m.path("method").asText()) {
      case "Page.loadEventFired" -> loaded.complete(what);
      case "Runtime.exceptionThrown" -> complaints.add(what.toString());
      case "Log.entryAdded" -> complaints.add(what.toString());
      case "Runtime.consoleAPICalled" -> complaints.add(what.toString());
      case "Network.requestWillBeSent" -> requests.add(what.path("request").path("url").asText());
      default -> {}
    }
  }

  JsonNode call(String method, Map<String, ?> params)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    int id = ids.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    String text = JSON.writeValueAsString(Map.of("id", id, "method", method, "params", params));
    socket.sendText(text, true).get(SECONDS, TimeUnit.SECONDS);
    JsonNode m = answer.get(SECONDS, TimeUnit.SECONDS);
    if (m.has("error")) {
      throw new IOException(method + ": " + m.get("error"));
    }
    return m.path("result");
  }

  void size(int width, int height) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  void dark(boolean on) throws Exception {
    Map<String, String> scheme =
        Map.of("name", "prefers-color-scheme", "value", on ? "dark" : "light");
    call("Emulation.setEmulatedMedia", Map.of("features", List.of(scheme)));
  }

  /** The value of an expression in the page, once all is drawn that was to be. */
  JsonNode eval(String expression) throws Exception {
    String drawn =
        "new Promise(r => requestAnimationFrame(() => setTimeout(() => r(" + expression + "))))";
    JsonNode r =
        call(
            "Runtime.evaluate",
            Map.of("expression", drawn, "returnByValue", true, "awaitPromise", true));
    if (r.has("exceptionDetails")) {
      throw new IOException(expression + ": " + r.get("exceptionDetails"));
    }
    return r.path("result").path("value");
  }

  String text(String selector) throws Exception {
    return eval("document.querySelector(" + JSON.writeValueAsString(selector) + ").innerText")
        .asText();
  }

  void move(double x, double y) throws Exception {
    mouse("mouseMoved", x, y, Map.of());
  }

  void click(double x, double y) throws Exception {
    move(x, y);
    mouse("mousePressed", x, y, Map.of("button", "left", "buttons", 1, "clickCount", 1));
    mouse("mouseReleased", x, y, Map.of("button", "left", "clickCount", 1));
  }

  void drag(double x0, double y0, double x1, double y1) throws Exception {
    move(x0, y0);
    mouse("mousePressed", x0, y0, Map.of("button", "left", "buttons", 1, "clickCount", 1));
    mouse("mouseMoved", (x0 + x1) / 2, (y0 + y1) / 2, Map.of("button", "left", "buttons", 1));
    mouse("mouseMoved", x1, y1, Map.of("button", "left", "buttons", 1));
    mouse("mouseReleased", x1, y1, Map.of("button", "left", "clickCount", 1));
  }

  void wheel(double x, double y, double by) throws Exception {
    mouse("mouseWheel", x, y, Map.of("deltaX", 0, "deltaY", by));
  }

  private void mouse(String type, double x, double y, Map<String, ?> more) throws Exception {
    Map<String, Object> all = new java.util.HashMap<>(more);
    all.putAll(Map.of("type", type, "x", x, "y", y));
    call("Input.dispatchMouseEvent", all);
  }

  /** Clicks in the middle of an element, once it is in the view. */
  void clickOn(String expression) throws Exception {
    eval("(" + expression + ").scrollIntoView({ block: 'center' })");
    JsonNode at =
        eval(
            "(r => [r.x + r.width / 2, r.y + r.height / 2])(("
                + expression
                + ").getBoundingClientRect())");
    click(at.get(0).asDouble(), at.get(1).asDouble());
  }

  /** Presses a key; a single character is typed too. */
  void press(String key) throws Exception {
    Map<String, Object> down = new java.util.HashMap<>(Map.of("type", "keyDown", "key", key));
    if (key.length() == 1) {
      down.put("text", key);
    }
    call("Input.dispatchKeyEvent", down);
    call("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key));
  }

  void type(String text) throws Exception {
    call("Input.insertText", Map.of("text", text));
  }

  void screenshot(Path file) throws Exception {
    eval("0");
    String data = call("Page.captureScreenshot", Map.of("format", "png")).path("data").asText();
    Files.write(file, Base64.getDecoder().decode(data));
  }

  /** Asked to, the browser leaves nothing behind. */
  void close() throws InterruptedException {
    if (socket != null) {
      socket.sendText("{\"id\":0,\"method\":\"Browser.close\"}", true);
    }
    if (socket == null || !process.waitFor(10, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
    }
    client.shutdownNow();
  }
}
