package io.tokenlane.gateway.pass;

import io.tokenlane.gateway.FakeUpstream;
import java.net.http.HttpResponse;
import java.util.Locale;

/** What an upstream and a client saw of each other. */
final class Seen {
  private Seen() {}

  /** All of it, but for what is new each time or says which way it went. */
  static String of(HttpResponse<String> answer, FakeUpstream.Call call) {
    StringBuilder all = new StringBuilder(answer.statusCode() + answer.body() + '\n');
    answer.headers().map().entrySet().stream()
        .filter(e -> !e.getKey().matches("(?i)server-timing|cache-status|date"))
        .forEach(e -> all.append(e.getKey().toLowerCase(Locale.ROOT)).append(e.getValue()));
    all.append('\n').append(call.method()).append(call.uri()).append(call.body()).append('\n');
    // Reactor Netty adds a field that says nothing.
    call.headerLines().stream()
        .filter(line -> !line.equals("accept: */*"))
        .sorted()
        .forEach(line -> all.append(line).append('\n'));
    return all.toString();
  }
}
