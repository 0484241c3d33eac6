package io.tokenlane.acceptance;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** An answer of many tokens, of which the first has come. */
final class LongStream implements AutoCloseable {
  private static final int TOKENS = 900;
  private static final int TRIES = 200;

  private final Stream<String> lines;
  private final Iterator<String> rest;

  private LongStream(Stream<String> lines) {
    this.lines = lines;
    this.rest = lines.iterator();
  }

  /** Asks, each time something new, until that node answers. */
  static LongStream fromNode(String gateway, String node) throws IOException, InterruptedException {
    for (int i = 0; i < TRIES; i++) {
      HttpResponse<Stream<String>> response =
          Http.open(gateway + "/v1/chat/completions", body("Tell me about number " + i + "."));
      LongStream stream = new LongStream(response.body());
      boolean there = response.headers().firstValue("x-tokenlane-node").orElse("").equals(node);
      if (there && stream.rest.hasNext()) {
        stream.rest.next();
        return stream;
      }
      stream.close();
    }
    throw new AssertionError(node + " answered none of " + TRIES + " calls");
  }

  private static String body(String question) {
    var body = Http.JSON.createObjectNode();
    body.put("model", "tokenlane-demo").put("stream", true).put("temperature", 0);
    body.put("max_tokens", TOKENS).put("ignore_eos", true);
    body.putArray("messages").addObject().put("role", "user").put("content", question);
    return body.toString();
  }

  /** The data of all events that still come, until the answer ends. */
  List<String> rest() {
    List<String> data = new ArrayList<>();
    rest.forEachRemaining(data::add);
    return data.stream()
        .filter(line -> line.startsWith("data:"))
        .map(line -> line.substring("data:".length()).strip())
        .toList();
  }

  @Override
  public void close() {
    lines.close();
  }
}
