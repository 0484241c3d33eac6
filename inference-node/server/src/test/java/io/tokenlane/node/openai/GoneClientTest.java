package io.tokenlane.node.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import org.springframework.web.server.ServerWebExchange;
import reactor.netty.channel.AbortedException;
import tools.jackson.databind.json.JsonMapper;

class GoneClientTest {

  /** An exchange that nobody may touch. */
  private static ServerWebExchange gone() {
    return (ServerWebExchange)
        Proxy.newProxyInstance(
            GoneClientTest.class.getClassLoader(),
            new Class<?>[] {ServerWebExchange.class},
            (exchange, method, arguments) -> {
              throw new AssertionError(method.getName());
            });
  }

  @Test
  void isNeitherAnsweredNorLogged() {
    Errors errors = new Errors(new JsonMapper());

    var handled = errors.handle(gone(), new AbortedException("Connection has been closed"));

    assertThat(handled.materialize().block()).matches(signal -> signal.isOnComplete());
  }
}
