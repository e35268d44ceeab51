package dev.ballast.bench.service;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * Asks a service, on the caller's thread. Connections are kept; there are as many as callers that
 * wait at a time.
 */
final class Caller implements AutoCloseable {
  static final int OK = 200;
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();

  private static HttpRequest.Builder to(URI base, String path) {
    return HttpRequest.newBuilder(base.resolve(path)).timeout(TIMEOUT);
  }

  /** Floats to be sent, over and over where that is wanted. */
  static HttpRequest post(URI base, String path, byte[] floats) {
    return to(base, path)
        .header("Content-Type", "application/octet-stream")
        .POST(HttpRequest.BodyPublishers.ofByteArray(floats))
        .build();
  }

  HttpResponse<byte[]> get(URI base, String path) throws IOException {
    return send(to(base, path).build());
  }

  /**
   * @throws IOException where the connection fails; the next call may open another
   */
  HttpResponse<byte[]> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for an answer");
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
