package io.tokenlane.gateway.cache;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.tokenlane.gateway.telemetry.PassedRequests;
import io.tokenlane.gateway.telemetry.RequestIds;
import io.tokenlane.prefetch.cache.Answer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests that {@link FastHits} has answered, by their bytes: the same bytes again ask the same,
 * so they are answered without being parsed, and the answer goes out as it was encoded the first
 * time. Whoever asks has to know that they are a request, not the body of one: see {@link
 * FastHitHandler}. Bounded: a request has one slot, which the latest takes. Thread-safe.
 */
final class KnownRequests {
  private static final int SLOTS = 4096;
  private static final int SHORTEST = 16;
  private static final int LONGEST = 2048;

  /** Up to so many bytes of a body are copied behind the fields, which is one write less. */
  private static final int COPIED_BYTES = 4096;

  /** Room for the fields that differ each time. */
  private static final int OWN_BYTES = 256;

  private static final byte[] ID = (RequestIds.HEADER + ": ").getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TRACE = "\r\ntraceparent: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final AtomicReferenceArray<@Nullable KnownRequest> slots =
      new AtomicReferenceArray<>(SLOTS);
  private final BooleanSupplier enabled;
  private final HitLedger ledger;

  KnownRequests(BooleanSupplier enabled, HitLedger ledger) {
    this.enabled = enabled;
    this.ledger = ledger;
  }

  /** Every request is parsed once more. */
  void clear() {
    for (int i = 0; i < SLOTS; i++) {
      slots.set(i, null);
    }
  }

  /**
   * Remembers a request that was answered. One with an id or a trace of its own is not: the next
   * will have others.
   *
   * @param bytes all of it, from {@code from} on
   */
  void add(ByteBuf bytes, int from, int length, FastHits.Answered answered) {
    HttpHeaders fields = answered.request().headers();
    if (length < SHORTEST
        || length > LONGEST
        || fields.contains(FastHits.REQUEST_ID)
        || fields.contains(FastHits.TRACE_PARENT)) {
      return;
    }
    byte[] copy = ByteBufUtil.getBytes(bytes, from, length);
    String tenant = answered.tenant();
    KnownRequest.Credential credential = tenant == null ? null : credential(copy, tenant);
    if (tenant == null || credential != null) {
      String host = String.valueOf(fields.get(HttpHeaderNames.HOST));
      HotEntry entry = answered.entry();
      slots.set(
          slot(bytes, from, length),
          new KnownRequest(
              copy, credential, entry, FastHits.resource(entry, host, answered.request().uri())));
    }
  }

  /** Where the credential is; null where its field is not on one line. */
  private static KnownRequest.@Nullable Credential credential(byte[] request, String tenant) {
    String text = new String(request, StandardCharsets.ISO_8859_1);
    for (int line = text.indexOf("\r\n") + 2; line < text.length(); ) {
      int end = text.indexOf("\r\n", line);
      int colon = text.indexOf(':', line);
      if (end < 0 || colon < 0 || colon > end) {
        return null;
      }
      String name = text.substring(line, colon).toLowerCase(Locale.ROOT);
      if (FastHits.CREDENTIALS.contains(name)) {
        return new KnownRequest.Credential(name, colon + 1, end, tenant);
      }
      line = end + 2;
    }
    return null;
  }

  /** By the request's first line, which holds its target, and its length. */
  private static int slot(ByteBuf request, int from, int length) {
    int end = request.indexOf(from, from + length, (byte) '\n');
    int at = from;
    long hash = length;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      hash = mixed(hash ^ request.getLongLE(at));
    }
    for (; at < end; at++) {
      hash = mixed(hash ^ request.getByte(at));
    }
    return (int) (hash >>> 32) & (SLOTS - 1);
  }

  private static long mixed(long bits) {
    long product = bits * 0x9E3779B97F4A7C15L;
    return product ^ product >>> 29;
  }

  /**
   * Writes the answer, where these bytes are a request that is known and its answer is still the
   * one; flushing is left to the caller.
   *
   * @param client its address
   */
  boolean answer(ChannelHandlerContext context, ByteBuf request, String client) {
    KnownRequest known = enabled.getAsBoolean() ? find(request) : null;
    if (known == null) {
      return false;
    }
    long start = System.nanoTime();
    HotEntry entry = known.entry();
    long now = entry.rule().cache().nowNanos();
    Answer answer = entry.current(now);
    KnownRequest.Credential credential = known.credential();
    if (answer == null || (credential != null && !proved(request, credential))) {
      return false;
    }
    if (credential == null) {
      ledger.asked(client, known.resource());
    }
    PassedRequests.Trace trace = ledger.begun(null);
    String id = RequestIds.make();
    Reply reply = new Reply(answer, now, id, trace.passed());
    write(context, encoded(context.alloc(), known, reply), answer);
    long bytes = answer.body().remaining();
    ledger.ended(new HitLedger.Hit(id, known.resource().target(), bytes, start), trace);
    return true;
  }

  /** The request that has these bytes, its answer still stored or not. */
  @Nullable KnownRequest find(ByteBuf request) {
    int length = request.readableBytes();
    if (length < SHORTEST || length > LONGEST) {
      return null;
    }
    KnownRequest known = slots.get(slot(request, request.readerIndex(), length));
    return known != null && known.is(request) ? known : null;
  }

  private boolean proved(ByteBuf request, KnownRequest.Credential credential) {
    int from = request.readerIndex() + credential.from();
    int length = credential.to() - credential.from();
    String value = request.toString(from, length, StandardCharsets.ISO_8859_1).strip();
    return ledger
        .tenant(name -> name.equalsIgnoreCase(credential.name()) ? value : null)
        .filter(credential.tenant()::equals)
        .isPresent();
  }

  /** Status line and fields, and the body too where it is short. */
  private static ByteBuf encoded(ByteBufAllocator memory, KnownRequest known, Reply reply) {
    AsciiString timed = known.timed(reply.answer(), reply.nowNanos());
    int room = known.head().length + timed.length() + OWN_BYTES;
    int body = copied(reply.answer()) ? reply.answer().body().remaining() : 0;
    ByteBuf out = memory.ioBuffer(room + body).writeBytes(known.head());
    ByteBufUtil.writeAscii(out, timed);
    ByteBufUtil.writeAscii(out.writeBytes(ID), reply.id());
    if (reply.trace() != null) {
      ByteBufUtil.writeAscii(out.writeBytes(TRACE), reply.trace());
    }
    out.writeBytes(END);
    return body == 0 ? out : out.writeBytes(reply.answer().body().duplicate());
  }

  private static boolean copied(Answer answer) {
    return answer.body().remaining() <= COPIED_BYTES;
  }

  private static void write(ChannelHandlerContext context, ByteBuf head, Answer answer) {
    // What cannot be written ends the connection, and nobody waits for it here.
    var _ = context.write(head, context.voidPromise());
    if (!copied(answer)) {
      ByteBuf body = Unpooled.wrappedBuffer(answer.body().duplicate());
      var _ = context.write(body, context.voidPromise());
    }
  }

  /**
   * What is said to one request.
   *
   * @param trace null where nothing is told of it
   */
  private record Reply(Answer answer, long nowNanos, String id, @Nullable String trace) {}
}
