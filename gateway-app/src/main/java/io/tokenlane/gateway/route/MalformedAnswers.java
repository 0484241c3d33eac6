package io.tokenlane.gateway.route;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpObject;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import reactor.netty.NettyPipeline;
import reactor.netty.http.client.HttpClient;

/**
 * Tells what an upstream says that is no HTTP from mistakes of the gateway's own: the codec's
 * reasons are exceptions of any kind.
 */
final class MalformedAnswers implements HttpClientCustomizer {
  @Override
  public HttpClient customize(HttpClient client) {
    return client.doOnChannelInit((observer, channel, remote) -> guard(channel));
  }

  private static void guard(Channel channel) {
    if (channel.pipeline().get(NettyPipeline.HttpCodec) != null) {
      channel
          .pipeline()
          .addAfter(NettyPipeline.HttpCodec, "tokenlane.malformedAnswers", new Teller());
    }
  }

  private static final class Teller extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpObject part && part.decoderResult().isFailure()) {
        Throwable why = part.decoderResult().cause();
        if (!(why instanceof CodecException)) {
          part.setDecoderResult(DecoderResult.failure(new DecoderException(why)));
        }
      }
      context.fireChannelRead(message);
    }
  }
}
