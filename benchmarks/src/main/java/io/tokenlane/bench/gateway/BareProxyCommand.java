package io.tokenlane.bench.gateway;

import java.util.concurrent.CountDownLatch;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;

/**
 * The least that passes a stream of events on with Reactor Netty: no filters, no routes, no limits.
 * What one of its streams takes is what nobody who builds on Reactor Netty can do without: {@code
 * PORT NODE_PORT}.
 */
public final class BareProxyCommand {
  private static final int MOST = 20_000;

  private BareProxyCommand() {}

  /** Runs until it is stopped. */
  public static void main(String[] arguments) throws InterruptedException {
    HttpClient client =
        HttpClient.create(ConnectionProvider.create("bare", MOST))
            .host("127.0.0.1")
            .port(Integer.parseInt(arguments[1]));
    DisposableServer server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(Integer.parseInt(arguments[0]))
            .handle(
                (request, response) ->
                    client
                        .headers(fields -> fields.set("Content-Type", "application/json"))
                        .post()
                        .uri(request.uri())
                        .send(request.receive().retain())
                        .response(
                            (answer, body) ->
                                response
                                    .status(answer.status())
                                    .sse()
                                    .send(body.retain(), buffer -> true)))
            .bindNow();
    System.out.println("listens on port " + server.port());
    new CountDownLatch(1).await();
  }
}
