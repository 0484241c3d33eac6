package io.tokenlane.gateway.console;

import org.springframework.boot.web.server.reactive.context.ReactiveWebServerInitializedEvent;
import org.springframework.context.ApplicationListener;

/** The port of the actuator once it listens; 0 before, and where it is the API's own. */
final class ManagementPort implements ApplicationListener<ReactiveWebServerInitializedEvent> {
  private volatile int port;

  @Override
  public void onApplicationEvent(ReactiveWebServerInitializedEvent opened) {
    if (opened.getApplicationContext().getServerNamespace() != null) {
      port = opened.getWebServer().getPort();
    }
  }

  int get() {
    return port;
  }
}
