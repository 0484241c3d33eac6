package io.tokenlane.gateway.security;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.security.mtls}. The certificate itself is checked in the TLS handshake against
 * the trust store of {@code server.ssl.bundle}, with {@code server.ssl.client-auth: want} or {@code
 * need}.
 *
 * @param tenantFrom where in the certificate the tenant stands; default its subject's common name
 */
public record CertificateProperties(@DefaultValue("subject-cn") Source tenantFrom) {

  /** A place in a certificate (RFC 5280). */
  public enum Source {
    /** The common name of the subject; the first as RFC 2253 writes it, where it has several. */
    SUBJECT_CN,
    /** The first DNS name of the subject alternative names. */
    SAN_DNS,
    /** The first URI of the subject alternative names, such as a SPIFFE id. */
    SAN_URI
  }
}
