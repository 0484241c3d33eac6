package io.tokenlane.bench.plain;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Spring Cloud Gateway with nothing added; its routes come as arguments. */
@SpringBootApplication
public class PlainGatewayApplication {
  /** Runs until stopped. */
  public static void main(String[] args) {
    SpringApplication.run(PlainGatewayApplication.class, args);
  }
}
