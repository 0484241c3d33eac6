package io.tokenlane.gateway.telemetry;

import io.tokenlane.gateway.call.PromptTokens;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each request on the logger {@code access}, whose appender is asynchronous and drops
 * lines rather than wait (logback-spring.xml). No body, query or credential is ever in it.
 */
final class AccessLog {
  private static final Logger LOG = LoggerFactory.getLogger("access");

  void write(Ending ending) {
    if (!LOG.isInfoEnabled()) {
      return;
    }
    LOG.info(
        "id={} {} {} status={} outcome={} cache={} node={} attempts={} tokens={} bytes={}"
            + " first_ms={} total_ms={}",
        ending.trail().requestId(),
        ending.method(),
        ending.path(),
        ending.status(),
        ending.outcome(),
        ending.cache(),
        ending.node(),
        ending.trail().attempts(),
        ending.trail().promptTokens().map(PromptTokens::render).orElse("-"),
        ending.bytes(),
        ResponseFields.millis(ending.firstByteAfterNanos()),
        ResponseFields.millis(ending.durationNanos()));
  }
}
