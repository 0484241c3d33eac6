package io.tokenlane.gateway.console;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.tokenlane.gateway.call.Principal;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/** Who is logged in. In this process's memory only: a restart logs everybody out. */
final class Sessions {
  private static final int BYTES = 24;
  private static final long MOST = 1_000;

  private final SecureRandom random = new SecureRandom();
  private final Cache<String, Session> open;

  /**
   * One login.
   *
   * @param id the cookie's value
   * @param csrf what a changing request must say beside the cookie
   */
  record Session(String id, String csrf, Principal who) {}

  Sessions(Duration lifetime, Ticker ticker) {
    this.open =
        Caffeine.newBuilder()
            .expireAfterWrite(lifetime)
            .maximumSize(MOST)
            .ticker(ticker)
            .executor(Runnable::run)
            .build();
  }

  Session begin(Principal who) {
    Session session = new Session(random(), random(), who);
    open.put(session.id(), session);
    return session;
  }

  private String random() {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  Optional<Session> find(String id) {
    return Optional.ofNullable(open.getIfPresent(id));
  }

  void end(String id) {
    open.invalidate(id);
  }
}
