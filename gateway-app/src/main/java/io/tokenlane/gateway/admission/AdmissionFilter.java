package io.tokenlane.gateway.admission;

import io.tokenlane.gateway.call.ApiPath;
import io.tokenlane.gateway.call.BodyRequest;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.error.ApiException;
import io.tokenlane.gateway.limit.LimitsProperties;
import io.tokenlane.gateway.route.FilterOrder;
import java.nio.ByteBuffer;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;

/**
 * Reads the body of requests under /v1, up to a cap, so that they can be sent to another node; and
 * parses those that are model calls. Bodies of all other routes stream through unread.
 */
final class AdmissionFilter implements GlobalFilter, Ordered {
  private final int maxBodyBytes;

  AdmissionFilter(LimitsProperties limits) {
    this.maxBodyBytes = Math.toIntExact(limits.maxBody().toBytes());
  }

  @Override
  public int getOrder() {
    return FilterOrder.ADMISSION;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    ServerHttpRequest request = exchange.getRequest();
    if (!ApiPath.isOpenAi(request) || !hasBody(request)) {
      return chain.filter(exchange);
    }
    if (request.getHeaders().getContentLength() > maxBodyBytes) {
      return Mono.error(tooLarge());
    }
    return DataBufferUtils.join(request.getBody(), maxBodyBytes)
        .map(AdmissionFilter::bytes)
        .defaultIfEmpty(new byte[0])
        .onErrorMap(DataBufferLimitException.class, e -> tooLarge())
        .onErrorMap(AbortedException.class, e -> cutOff())
        .map(body -> admit(exchange, body))
        .flatMap(chain::filter);
  }

  private static boolean hasBody(ServerHttpRequest request) {
    HttpHeaders headers = request.getHeaders();
    return HttpMethod.POST.equals(request.getMethod())
        || headers.getContentLength() > 0
        || headers.containsHeader(HttpHeaders.TRANSFER_ENCODING);
  }

  private ServerWebExchange admit(ServerWebExchange exchange, byte[] body) {
    if (HttpMethod.POST.equals(exchange.getRequest().getMethod())) {
      CallKind.ofPath(ApiPath.of(exchange.getRequest()))
          .ifPresent(kind -> Trail.of(exchange).admitted(parse(kind, body)));
    }
    return BodyRequest.with(exchange, ByteBuffer.wrap(body));
  }

  private static InferenceCall parse(CallKind kind, byte[] body) {
    try {
      return CallParser.parse(kind, body);
    } catch (CallParser.NotACallException e) {
      throw new ApiException(
          HttpStatus.BAD_REQUEST, "invalid_body", String.valueOf(e.getMessage()));
    }
  }

  private static byte[] bytes(DataBuffer buffer) {
    byte[] bytes = new byte[buffer.readableByteCount()];
    buffer.read(bytes);
    DataBufferUtils.release(buffer);
    return bytes;
  }

  private static ApiException cutOff() {
    return new ApiException(
        HttpStatus.BAD_REQUEST,
        "body_incomplete",
        "The connection was closed before the whole body had come.");
  }

  private ApiException tooLarge() {
    return new ApiException(
        HttpStatus.CONTENT_TOO_LARGE,
        "body_too_large",
        "The body is larger than the limit of " + maxBodyBytes + " bytes.");
  }
}
