package io.tokenlane.gateway.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** When the connection of an answer that broke off is closed. */
final class BrokenAnswerTest {
  private final List<ChannelPromise> unread = new ArrayList<>();
  private final EmbeddedChannel channel =
      new EmbeddedChannel(
          new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext context, Object message, ChannelPromise done) {
              ReferenceCountUtil.release(message);
              unread.add(done);
            }
          });
  private final AtomicBoolean ended = new AtomicBoolean();

  private void end() {
    channel.freezeTime();
    var _ = BrokenAnswer.end(channel, false).subscribe(n -> {}, e -> {}, () -> ended.set(true));
  }

  private void pass(long seconds) {
    channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
    channel.runPendingTasks();
  }

  @Test
  void itIsClosedBehindWhatWasWritten() {
    end();
    assertThat(channel.isOpen()).isTrue();
    unread.forEach(ChannelPromise::setSuccess);

    assertThat(channel.isOpen()).isFalse();
    assertThat(ended).isTrue();
    assertThat(channel.hasPendingTasks()).isFalse();
  }

  @Test
  void aClientThatReadsNoMoreDoesNotKeepIt() {
    end();
    pass(BrokenAnswer.PATIENCE.toSeconds() - 1);
    assertThat(channel.isOpen()).isTrue();
    pass(1);

    assertThat(channel.isOpen()).isFalse();
    assertThat(ended).isTrue();
  }
}
