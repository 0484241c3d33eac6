package io.tokenlane.node.openai;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.node.Golden;
import io.tokenlane.node.NodeClient;
import io.tokenlane.node.RunningNode;
import io.tokenlane.node.TestNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of sequences whose client goes away, or does not read. */
@ExtendWith(RunningNode.class)
class CancelTest {
  private static final int MANY = 1000;
  private static final String RUNNING = "/named_metrics/num_requests_running";

  private final NodeClient node;

  CancelTest(NodeClient node) {
    this.node = node;
  }

  @BeforeEach
  void idle() {
    TestNode.await(() -> running() == 0);
  }

  @Test
  void aDroppedStreamEndsItsSequences() throws IOException {
    double before = generated();
    try (Socket socket = open(true, 2)) {
      readFirstEvent(socket);
    }
    TestNode.await(() -> running() == 0);
    assertThat(generated() - before).isPositive().isLessThan(2 * MANY);
  }

  @Test
  void aDroppedRequestEndsItsSequence() throws IOException {
    double before = generated();
    try (Socket socket = open(false, 1)) {
      assertThat(socket.isConnected()).isTrue();
      TestNode.await(() -> generated() > before);
    }
    TestNode.await(() -> running() == 0);
    assertThat(generated() - before).isLessThan(MANY);
  }

  @Test
  void aClientThatDoesNotReadHoldsNobodyUp() throws IOException {
    double before = generated();
    try (Socket socket = open(true, 3)) {
      assertThat(socket.isConnected()).isTrue();
      TestNode.await(() -> generated() > before);
      TestNode.await(() -> running() == 0);
      assertThat(generated() - before).isEqualTo(3 * MANY);
    }
  }

  private Socket open(boolean stream, int choices) throws IOException {
    String body =
        "{\"ignore_eos\": true, \"max_tokens\": %d, \"stream\": %s, \"n\": %d, \"messages\": %s}"
            .formatted(MANY, stream, choices, Golden.ask("x"));
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(node.base().getHost(), node.base().getPort()));
    String request =
        """
        POST /v1/chat/completions HTTP/1.1\r
        Host: localhost\r
        Content-Type: application/json\r
        Content-Length: %d\r
        \r
        %s"""
            .formatted(body.length(), body);
    socket.getOutputStream().write(request.getBytes(US_ASCII));
    socket.getOutputStream().flush();
    return socket;
  }

  private static void readFirstEvent(Socket socket) throws IOException {
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
    String line = reader.readLine();
    while (line != null && !line.startsWith("data: ")) {
      line = reader.readLine();
    }
    assertThat(line).isNotNull();
  }

  private int running() {
    return node.get("/load").at(RUNNING).intValue();
  }

  private double generated() {
    return Metrics.value(node, "vllm:generation_tokens_total");
  }
}
