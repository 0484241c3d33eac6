package io.tokenlane.gateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.call.Principal;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SessionsTest {
  private static final Principal WHO = new Principal("key:1", "ops", Set.of("admin"));

  private final AtomicLong now = new AtomicLong();
  private final Sessions sessions = new Sessions(Duration.ofHours(8), now::get);

  @Test
  void aLoginEndsWithItsTimeHoweverOftenItIsUsed() {
    Sessions.Session session = sessions.begin(WHO);
    now.addAndGet(Duration.ofHours(7).toNanos());
    assertThat(sessions.find(session.id())).contains(session);
    now.addAndGet(Duration.ofHours(1).toNanos());
    assertThat(sessions.find(session.id())).isEmpty();
  }

  @Test
  void aLogoutEndsOneLogin() {
    Sessions.Session one = sessions.begin(WHO);
    Sessions.Session other = sessions.begin(WHO);
    sessions.end(one.id());
    assertThat(sessions.find(one.id())).isEmpty();
    assertThat(sessions.find(other.id())).contains(other);
    assertThat(other.csrf()).isNotEqualTo(one.csrf()).isNotEqualTo(other.id());
  }
}
