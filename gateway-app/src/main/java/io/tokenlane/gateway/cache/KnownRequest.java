package io.tokenlane.gateway.cache;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.http.CacheStatus;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one whole request and what answers it. A credential's bytes are not kept: where it
 * stands is, so that each request's own is proved.
 */
final class KnownRequest {
  private final ByteBuf bytes;
  private final @Nullable Credential credential;
  private final HotEntry entry;
  private final HitListener.Resource resource;
  private final byte[] head;
  private volatile Second second = new Second(-1, -1, AsciiString.EMPTY_STRING);

  /**
   * A credential in a request.
   *
   * @param name of its field, in lower case
   * @param from where its value begins
   * @param to where it ends
   * @param tenant whose it was
   */
  record Credential(String name, int from, int to, String tenant) {}

  /** What an answer says for a second. */
  private record Second(long age, long ttl, AsciiString fields) {}

  /**
   * Takes the bytes over.
   *
   * @param bytes of a whole request without a body
   * @param resource what was asked for, and what is learnt from it
   */
  KnownRequest(
      byte[] bytes,
      @Nullable Credential credential,
      HotEntry entry,
      HitListener.Resource resource) {
    if (credential != null) {
      Arrays.fill(bytes, credential.from(), credential.to(), (byte) 0);
    }
    this.bytes = Unpooled.wrappedBuffer(bytes);
    this.credential = credential;
    this.entry = entry;
    this.resource = resource;
    this.head = head(entry.fields());
  }

  private static byte[] head(HttpHeaders fields) {
    StringBuilder head = new StringBuilder("HTTP/1.1 200 OK\r\n");
    for (Map.Entry<String, String> field : fields) {
      AsciiString name = AsciiString.of(field.getKey());
      if (!name.contentEqualsIgnoreCase(HttpHeaderNames.AGE)
          && !name.contentEqualsIgnoreCase(FastHits.CACHE_STATUS)
          && !name.contentEqualsIgnoreCase(FastHits.REQUEST_ID)
          && !name.contentEqualsIgnoreCase(FastHits.TRACE_PARENT)) {
        head.append(name).append(": ").append(field.getValue()).append("\r\n");
      }
    }
    return head.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Whether these are its bytes, but for the credential. */
  boolean is(ByteBuf request) {
    int length = bytes.writerIndex();
    int at = request.readerIndex();
    if (request.readableBytes() != length) {
      return false;
    }
    if (credential == null) {
      return ByteBufUtil.equals(bytes, 0, request, at, length);
    }
    int to = credential.to();
    return ByteBufUtil.equals(bytes, 0, request, at, credential.from())
        && ByteBufUtil.equals(bytes, to, request, at + to, length - to);
  }

  @Nullable Credential credential() {
    return credential;
  }

  HotEntry entry() {
    return entry;
  }

  HitListener.Resource resource() {
    return resource;
  }

  /** Status line and fields as far as they are the same each time. */
  byte[] head() {
    return head;
  }

  /** The fields that tell the time. */
  AsciiString timed(Answer answer, long nowNanos) {
    long age = answer.ageSeconds(nowNanos);
    long ttl = answer.ttlLeftSeconds(nowNanos);
    Second told = second;
    if (told.age() != age || told.ttl() != ttl) {
      String fields = "age: " + age + "\r\nCache-Status: " + CacheStatus.hit(ttl).render() + "\r\n";
      told = new Second(age, ttl, AsciiString.of(fields));
      second = told;
    }
    return told.fields();
  }
}
