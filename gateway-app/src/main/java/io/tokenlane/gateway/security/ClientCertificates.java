package io.tokenlane.gateway.security;

import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.security.CertificateProperties.Source;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.SslInfo;
import reactor.core.publisher.Mono;

/** Client certificates that the TLS handshake has already checked. */
final class ClientCertificates implements Authenticator {
  /** Kinds of subject alternative names (RFC 5280 §4.2.1.6). */
  private static final int DNS_NAME = 2;

  private static final int URI_NAME = 6;

  private final Source source;

  ClientCertificates(CertificateProperties properties) {
    this.source = properties.tenantFrom();
  }

  @Override
  public Mono<Principal> authenticate(ServerHttpRequest request) {
    SslInfo ssl = request.getSslInfo();
    X509Certificate[] chain = ssl == null ? null : ssl.getPeerCertificates();
    return chain == null || chain.length == 0 ? Mono.empty() : prove(chain[0]);
  }

  @Override
  public boolean inFields() {
    return false;
  }

  private Mono<Principal> prove(X509Certificate certificate) {
    return name(certificate)
        .filter(Credentials::isName)
        .map(name -> Mono.just(new Principal("cert:" + name, name, Set.of())))
        .orElseGet(
            () ->
                Mono.error(
                    Credentials.refused(
                        "invalid_certificate",
                        "The client certificate has no "
                            + source
                            + " that is a name (expected: "
                            + Credentials.NAME
                            + ").")));
  }

  private Optional<String> name(X509Certificate certificate) {
    return switch (source) {
      case SUBJECT_CN -> commonName(certificate);
      case SAN_DNS -> alternative(certificate, DNS_NAME);
      case SAN_URI -> alternative(certificate, URI_NAME);
    };
  }

  private static Optional<String> commonName(X509Certificate certificate) {
    return commonName(certificate.getSubjectX500Principal().getName());
  }

  /**
   * The common name of a subject as RFC 2253 writes it. Of several it is the first, which stands
   * for the subject itself: what follows are its folders, such as {@code CN=Users}.
   */
  static Optional<String> commonName(String subject) {
    try {
      return new LdapName(subject)
          .getRdns().reversed().stream()
              .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
              .map(Rdn::getValue)
              .map(String::valueOf)
              .findFirst();
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> alternative(X509Certificate certificate, int kind) {
    try {
      @Nullable Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? Optional.empty()
          : names.stream()
              .filter(name -> name.getFirst().equals(kind))
              .map(name -> String.valueOf(name.get(1)))
              .findFirst();
    } catch (CertificateParsingException e) {
      return Optional.empty();
    }
  }
}
