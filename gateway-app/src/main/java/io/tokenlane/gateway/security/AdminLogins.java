package io.tokenlane.gateway.security;

import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.error.ApiException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;

/**
 * Proves administrators by what they show: the console's token, or an API key or web token of role
 * {@code admin}. Wherever they show it, four guesses are looked at at a time, and each wrong one
 * costs half a second.
 */
public final class AdminLogins {
  private static final String ADMIN = "admin";
  private static final Principal BY_TOKEN = new Principal("console", "console", Set.of(ADMIN));
  private static final int AT_ONCE = 4;
  private static final Duration AFTER_A_FAILURE = Duration.ofMillis(500);

  private final Logins logins;
  private final @Nullable String token;
  private final Semaphore guesses = new Semaphore(AT_ONCE);

  AdminLogins(Logins logins, AdminToken token) {
    this.logins = logins;
    this.token = token.value();
  }

  /** Too many guesses are being looked at; nothing was looked at. */
  public static final class TooMany extends RuntimeException {
    /** What those are told that it happens to. */
    public static final String WHY = "too many logins at once; try again in a second";

    private static final long serialVersionUID = 1;

    TooMany() {
      super(WHY, null, false, false);
    }
  }

  /** Whether somebody has the role {@code admin}. */
  public static boolean isAdmin(Principal who) {
    return who.roles().contains(ADMIN);
  }

  /** Whether there is any credential that could be accepted. */
  public boolean possible() {
    return token != null || logins.possible();
  }

  /**
   * Who has this credential; empty, after the pause, where nobody who is an administrator has; an
   * error {@link TooMany}.
   *
   * @param request the one it came with
   * @param credential empty where none was shown
   */
  public Mono<Principal> prove(ServerHttpRequest request, String credential) {
    return Mono.defer(
        () -> guesses.tryAcquire() ? guessed(request, credential) : Mono.error(new TooMany()));
  }

  private Mono<Principal> guessed(ServerHttpRequest request, String credential) {
    return Mono.defer(() -> looked(request, credential))
        .onErrorResume(ApiException.class, refused -> Mono.empty())
        .filter(AdminLogins::isAdmin)
        .switchIfEmpty(Mono.delay(AFTER_A_FAILURE).then(Mono.empty()))
        .doFinally(signal -> guesses.release());
  }

  private Mono<Principal> looked(ServerHttpRequest request, String credential) {
    if (credential.isEmpty()) {
      return Mono.empty();
    }
    return token != null && same(token, credential)
        ? Mono.just(BY_TOKEN)
        : logins.prove(request, credential);
  }

  /** Whether two secrets are the same; takes as long where they are not. */
  public static boolean same(String secret, String shown) {
    return MessageDigest.isEqual(
        secret.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
  }
}
