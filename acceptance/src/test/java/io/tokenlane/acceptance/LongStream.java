package io.tokenlane.acceptance;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** An answer of many tokens, of which the first has come. */
final class LongStream implements AutoCloseable {
  private static final int TOKENS = 900;
  private static final int ROUNDS = 20;
  private static final int AT_ONCE = 10;

  private final String node;
  private final Stream<String> lines;
  private final Iterator<String> rest;

  private LongStream(Stream<String> lines, String node) {
    this.node = node;
    this.lines = lines;
    this.rest = lines.iterator();
  }

  /**
   * Asks, each time something new, until that node answers: several at once, since the balancer
   * need not send anything to a node while another that seems faster has nothing to do.
   */
  static LongStream fromNode(String gateway, String node) throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      List<LongStream> all = atOnce(gateway, round);
      LongStream found = null;
      for (LongStream stream : all) {
        if (found == null && stream.node.equals(node) && stream.rest.hasNext()) {
          found = stream;
        } else {
          stream.close();
        }
      }
      if (found != null) {
        found.rest.next();
        return found;
      }
    }
    throw new AssertionError(node + " answered none of " + ROUNDS * AT_ONCE + " calls");
  }

  private static List<LongStream> atOnce(String gateway, int round) throws IOException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<LongStream>> asked = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        String question = "Tell me about number " + (round * AT_ONCE + i) + ".";
        asked.add(threads.submit(() -> open(gateway, question)));
      }
      List<LongStream> all = new ArrayList<>();
      for (Future<LongStream> one : asked) {
        all.add(one.get());
      }
      return all;
    } catch (ExecutionException | InterruptedException failed) {
      throw new IOException("a call failed", failed);
    }
  }

  private static LongStream open(String gateway, String question)
      throws IOException, InterruptedException {
    HttpResponse<Stream<String>> response =
        Http.open(gateway + "/v1/chat/completions", body(question));
    return new LongStream(
        response.body(), response.headers().firstValue("x-tokenlane-node").orElse(""));
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
