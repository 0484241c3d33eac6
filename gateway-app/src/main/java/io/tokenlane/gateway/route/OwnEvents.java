package io.tokenlane.gateway.route;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * Netty's epoll, in which a connection hears of its own events only.
 *
 * <p>Netty finds whom an event is for by the number of the file descriptor. Where handling one
 * event of a round closes a connection and handling the next opens another one, the kernel gives
 * the new one the old one's number, and what the round still holds for the old one reaches the new:
 * that its peer had left. Netty then watches for that no more, and since 4.2.13 (its change 16689)
 * takes a connection that watches for nothing out of epoll for good: the next read fails with
 * {@code ENOENT} and closes it.
 *
 * <p>All events of a round were asked for before the first of them is handled. So none of them can
 * be for who was registered within the round; what is true of it is told again in the next round,
 * for epoll tells states, not changes.
 */
final class OwnEvents implements IoHandler {
  private static final long BETWEEN_ROUNDS = -1;

  private final IoHandler epoll;
  private long rounds;

  /** The number of the round under way. */
  private long round = BETWEEN_ROUNDS;

  private OwnEvents(IoHandler epoll) {
    this.epoll = epoll;
  }

  /** For event loops on Linux. */
  static IoHandlerFactory factory() {
    IoHandlerFactory epoll = EpollIoHandler.newFactory();
    return new IoHandlerFactory() {
      @Override
      public IoHandler newHandler(ThreadAwareExecutor executor) {
        return new OwnEvents(epoll.newHandler(executor));
      }

      @Override
      public boolean isChangingThreadSupported() {
        return epoll.isChangingThreadSupported();
      }
    };
  }

  @Override
  public int run(IoHandlerContext context) {
    round = rounds++;
    try {
      return epoll.run(context);
    } finally {
      round = BETWEEN_ROUNDS;
    }
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return epoll.register(handle instanceof EpollIoHandle own ? new Newcomer(own) : handle);
  }

  @Override
  public void initialize() {
    epoll.initialize();
  }

  @Override
  public void prepareToDestroy() {
    epoll.prepareToDestroy();
  }

  @Override
  public void destroy() {
    epoll.destroy();
  }

  @Override
  public void wakeup() {
    epoll.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return epoll.isCompatible(handleType);
  }

  /** Deaf in the round that it came in. */
  private final class Newcomer implements EpollIoHandle {
    private final EpollIoHandle handle;
    private final long born = round;

    private Newcomer(EpollIoHandle handle) {
      this.handle = handle;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      if (born == BETWEEN_ROUNDS || born != round) {
        handle.handle(registration, event);
      }
    }

    @Override
    public FileDescriptor fd() {
      return handle.fd();
    }

    @Override
    public void registered() {
      handle.registered();
    }

    @Override
    public void unregistered() {
      handle.unregistered();
    }

    @Override
    public void close() throws Exception {
      handle.close();
    }
  }
}
