package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.BodyRequest;
import io.tokenlane.prefetch.http.Conditional;
import io.tokenlane.prefetch.http.HttpFields;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * A POST or QUERY on a route whose operator has declared that such requests only ask: what it asks
 * is told by its content, which therefore is a part of the key, as its type and method are.
 */
@SuppressWarnings("ArrayRecordComponent") // read only, never compared
record Query(String method, String type, byte[] content) {
  private static final Set<String> METHODS = Set.of("POST", "QUERY");

  /** Larger contents go upstream unasked. */
  private static final long LARGEST_BYTES = 64L << 10;

  /** Whether the cache can know a request by its content: all of it, of a stated small size. */
  static boolean possible(String method, HttpFields fields) {
    return METHODS.contains(method)
        && !fields.has("Transfer-Encoding")
        && !fields.has("Content-Encoding")
        && !fields.has("Range")
        && !fields.has("Expect")
        && Conditional.names().stream().noneMatch(fields::has)
        && fields
            .first("Content-Length")
            .filter(length -> length.matches("[0-9]{1,9}"))
            .filter(length -> Long.parseLong(length) <= LARGEST_BYTES)
            .isPresent();
  }

  /** Reads the content; the exchange that comes has it at hand, as often as it is wanted. */
  static Mono<ServerWebExchange> read(ServerWebExchange exchange) {
    return DataBufferUtils.join(exchange.getRequest().getBody(), (int) LARGEST_BYTES)
        .map(Query::bytes)
        .defaultIfEmpty(new byte[0])
        .map(bytes -> BodyRequest.with(exchange, ByteBuffer.wrap(bytes)));
  }

  private static byte[] bytes(DataBuffer buffer) {
    byte[] bytes = new byte[buffer.readableByteCount()];
    buffer.read(bytes);
    DataBufferUtils.release(buffer);
    return bytes;
  }

  /**
   * The query of a request that was {@link #read}.
   *
   * @param fields those that the origin is given
   */
  static Query of(BodyRequest request, HttpFields fields) {
    ByteBuffer body = request.content();
    byte[] content = new byte[body.remaining()];
    body.get(content);
    String types = String.join(",", fields.all("Content-Type"));
    return new Query(request.getMethod().name(), types, content);
  }

  /** What it adds to a target in a key; no target has a space in it. */
  String key() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(type.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      return " " + method + " " + HexFormat.of().formatHex(digest.digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }

  /** As an endpoint that is fetched ahead is written. */
  String endpoint(String target) {
    return method + " " + target + " " + new String(content, StandardCharsets.UTF_8);
  }
}
