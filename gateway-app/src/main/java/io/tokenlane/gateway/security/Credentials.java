package io.tokenlane.gateway.security;

import io.tokenlane.gateway.error.ApiException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/** The credentials in a request's fields. */
final class Credentials {
  /** As Anthropic's and Azure's SDKs send keys. */
  private static final List<String> KEY_FIELDS = List.of("x-api-key", "api-key");

  private static final String BEARER = "bearer ";

  /** What a tenant may be called, for messages. */
  static final String NAME = "1 to 256 characters, no control characters";

  private static final int LONGEST_NAME = 256;

  private Credentials() {}

  /** Whether somebody may be called so: names stand in keys between ends of lines. */
  static boolean isName(String text) {
    return !text.isBlank()
        && text.length() <= LONGEST_NAME
        && text.chars().noneMatch(Character::isISOControl);
  }

  /** The token of {@code Authorization: Bearer} (RFC 6750 §2.1). */
  static Optional<String> bearer(HttpHeaders headers) {
    return bearer(headers::getFirst);
  }

  private static Optional<String> bearer(Function<String, @Nullable String> fields) {
    return Optional.ofNullable(fields.apply(HttpHeaders.AUTHORIZATION))
        .filter(value -> value.toLowerCase(Locale.ROOT).startsWith(BEARER))
        .map(value -> value.substring(BEARER.length()).strip());
  }

  /** Whether the bearer token looks like a signed web token (RFC 7515 §3.1): three parts. */
  static boolean isJwt(String token) {
    return token.chars().filter(c -> c == '.').count() == 2;
  }

  /** An API key: a bearer token that is no web token, or one of the key fields. */
  static Optional<String> apiKey(HttpHeaders headers) {
    return apiKey(headers::getFirst);
  }

  /** The same from the first value of each field. */
  static Optional<String> apiKey(Function<String, @Nullable String> fields) {
    return bearer(fields)
        .filter(token -> !isJwt(token))
        .or(
            () ->
                KEY_FIELDS.stream()
                    .flatMap(name -> Stream.ofNullable(fields.apply(name)).map(String::strip))
                    .findFirst());
  }

  /** Takes every credential out, so that none goes further than the gateway. */
  static void remove(HttpHeaders headers) {
    headers.remove(HttpHeaders.AUTHORIZATION);
    headers.remove(InternalPass.HEADER);
    KEY_FIELDS.forEach(headers::remove);
  }

  /** Takes out the fields of a credential that is {@code own}; others are not the gateway's. */
  static void remove(HttpHeaders headers, Predicate<String> own) {
    Stream.concat(Stream.of(HttpHeaders.AUTHORIZATION), KEY_FIELDS.stream())
        .filter(
            name -> headers.getOrEmpty(name).stream().map(Credentials::withoutScheme).anyMatch(own))
        .toList()
        .forEach(headers::remove);
  }

  /** A credential without the word before it (RFC 9110 §11.4). */
  private static String withoutScheme(String value) {
    String text = value.strip();
    return text.substring(text.lastIndexOf(' ') + 1);
  }

  /** The refusal of a request, with the challenge that RFC 9110 §15.5.2 asks for. */
  static ApiException refused(String code, String message) {
    return new ApiException(HttpStatus.UNAUTHORIZED, code, message)
        .withField(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"tokenlane\"");
  }
}
