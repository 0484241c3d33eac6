package io.tokenlane.gateway.route;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import reactor.netty.http.client.HttpClient;

/**
 * Looks at the address of each connection upstream when it is about to be made, so that no name can
 * be made to lead where upstreams may not be: to a cloud's metadata, or to the gateway's
 * neighbours.
 */
@Sharable
public final class UpstreamGuard extends ChannelOutboundHandlerAdapter
    implements HttpClientCustomizer {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamGuard.class);
  private static final int MOST_TOLD = 100;

  private final Supplier<AllowedAddresses> allowed;
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  UpstreamGuard(Supplier<AllowedAddresses> allowed) {
    this.allowed = allowed;
  }

  /** A connection to an address where no upstream may be. */
  public static final class RefusedAddressException extends ConnectException {
    private static final long serialVersionUID = 1;

    RefusedAddressException(String address) {
      super(address + ": refused (expected: within tokenlane.upstreams.allowed)");
    }
  }

  @Override
  public HttpClient customize(HttpClient client) {
    return client.doOnChannelInit((observer, channel, remote) -> guard(channel.pipeline()));
  }

  /** Guards the connection that is made by this pipeline. */
  public void guard(ChannelPipeline pipeline) {
    pipeline.addFirst("tokenlane.upstreams", this);
  }

  @Override
  public void connect(
      ChannelHandlerContext context,
      SocketAddress remote,
      SocketAddress local,
      ChannelPromise promise) {
    if (remote instanceof InetSocketAddress inet
        && inet.getAddress() != null
        && !allowed.get().allows(inet.getAddress())) {
      IOException refused = new RefusedAddressException(inet.getAddress().getHostAddress());
      if (told.size() < MOST_TOLD && told.add(inet.getAddress().getHostAddress())) {
        LOG.warn("upstream {}", refused.getMessage());
      }
      promise.setFailure(refused);
      var _ = context.close();
    } else {
      var _ = context.connect(remote, local, promise);
    }
  }
}
