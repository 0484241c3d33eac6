package io.tokenlane.acceptance;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A small HTTP client for the tests. */
final class Http {
  static final JsonMapper JSON = JsonMapper.builder().build();

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private Http() {}

  static HttpResponse<String> get(String uri) throws IOException, InterruptedException {
    return CLIENT.send(request(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  static JsonNode getJson(String uri) throws IOException, InterruptedException {
    return JSON.readTree(get(uri).body());
  }

  static HttpResponse<String> post(String uri, String body)
      throws IOException, InterruptedException {
    return CLIENT.send(posting(uri, body), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest posting(String uri, String body) {
    return request(uri)
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  /** Posts and gives the lines of the answer as they come; to be closed. */
  static HttpResponse<Stream<String>> open(String uri, String body)
      throws IOException, InterruptedException {
    return CLIENT.send(posting(uri, body), HttpResponse.BodyHandlers.ofLines());
  }

  /** Posts and gives the data of the server-sent events, in order. */
  static List<String> stream(String uri, String body) throws IOException, InterruptedException {
    try (Stream<String> lines = open(uri, body).body()) {
      return lines
          .filter(line -> line.startsWith("data:"))
          .map(line -> line.substring("data:".length()).strip())
          .toList();
    }
  }

  private static HttpRequest.Builder request(String uri) {
    return HttpRequest.newBuilder(URI.create(uri)).timeout(Duration.ofSeconds(60));
  }
}
