package io.tokenlane.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom a certificate names. */
final class ClientCertificatesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CN=orders,O=apps | orders",
        "CN=alice,CN=Users,DC=corp,DC=example | alice",
        "O=apps,CN=outer | outer",
        "O=apps |"
      })
  void theNameNextToTheSubjectIsItsOwn(String subject, @Nullable String name) {
    assertThat(ClientCertificates.commonName(subject)).isEqualTo(Optional.ofNullable(name));
  }
}
