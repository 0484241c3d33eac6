package io.tokenlane.gateway.admission;

import io.tokenlane.gateway.error.ApiException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPInputStream;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Reads whole bodies, within bounds of size and time; those that came as gzip, unpacked. */
final class BodyReader {
  private static final int CHUNK = 8192;
  private static final List<String> GZIP = List.of("gzip", "x-gzip");

  private final int maxBytes;
  private final Duration timeout;

  /** The bound holds for the bytes on the wire and for what they unpack to. */
  BodyReader(int maxBytes, Duration timeout) {
    this.maxBytes = maxBytes;
    this.timeout = timeout;
  }

  /** The same with a lower bound of size. */
  BodyReader upTo(int most) {
    return new BodyReader(Math.min(most, maxBytes), timeout);
  }

  /** The body; empty bytes where there is none. Fails with an {@link ApiException} only. */
  Mono<byte[]> read(ServerHttpRequest request) {
    if (request.getHeaders().getContentLength() > maxBytes) {
      return Mono.error(tooLarge());
    }
    String coding = coding(request);
    boolean packed = GZIP.contains(coding);
    if (!packed && !coding.isEmpty() && !coding.equals("identity")) {
      return Mono.error(unknownCoding(coding));
    }
    Mono<byte[]> raw =
        DataBufferUtils.join(request.getBody(), maxBytes)
            .map(BodyReader::bytes)
            .defaultIfEmpty(new byte[0])
            .timeout(timeout)
            .onErrorMap(DataBufferLimitException.class, e -> tooLarge())
            .onErrorMap(TimeoutException.class, e -> tooSlow())
            .onErrorMap(BodyReader::ofConnection, e -> cutOff());
    return packed ? raw.publishOn(Schedulers.parallel()).map(this::unpacked) : raw;
  }

  /**
   * The body of a plain route as it passes, each part of it in time. Fails with an {@link
   * ApiException} only: what becomes of the client's connection is not to be taken for a failure of
   * the upstream that reads it.
   */
  Flux<DataBuffer> paced(Flux<DataBuffer> body) {
    return Pace.of(body, timeout)
        .onErrorMap(TimeoutException.class, e -> tooSlow())
        .onErrorMap(BodyReader::ofConnection, e -> cutOff());
  }

  private static boolean ofConnection(Throwable failure) {
    return !(failure instanceof ApiException);
  }

  private static String coding(ServerHttpRequest request) {
    String coding = request.getHeaders().getFirst(HttpHeaders.CONTENT_ENCODING);
    return coding == null ? "" : coding.strip().toLowerCase(Locale.ROOT);
  }

  private static byte[] bytes(DataBuffer buffer) {
    byte[] bytes = new byte[buffer.readableByteCount()];
    buffer.read(bytes);
    DataBufferUtils.release(buffer);
    return bytes;
  }

  private byte[] unpacked(byte[] packed) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(CHUNK);
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed), CHUNK)) {
      byte[] chunk = new byte[CHUNK];
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        if (out.size() + n > maxBytes) {
          throw tooLarge();
        }
        out.write(chunk, 0, n);
      }
    } catch (IOException broken) {
      throw new ApiException(
          HttpStatus.BAD_REQUEST,
          "invalid_body",
          "body: not gzip (expected: what Content-Encoding says)");
    }
    return out.toByteArray();
  }

  private static ApiException unknownCoding(String coding) {
    return new ApiException(
        HttpStatus.UNSUPPORTED_MEDIA_TYPE,
        "unsupported_content_encoding",
        "Content-Encoding: " + coding + " (expected: none, identity or gzip)");
  }

  private static ApiException cutOff() {
    return new ApiException(
        HttpStatus.BAD_REQUEST,
        "body_incomplete",
        "The connection was closed before the whole body had come.");
  }

  private ApiException tooSlow() {
    return new ApiException(
        HttpStatus.REQUEST_TIMEOUT,
        "body_timeout",
        "The body did not come within " + timeout.toMillis() + " ms.");
  }

  private ApiException tooLarge() {
    return new ApiException(
        HttpStatus.CONTENT_TOO_LARGE,
        "body_too_large",
        "The body is larger than the limit of " + maxBytes + " bytes.");
  }
}
