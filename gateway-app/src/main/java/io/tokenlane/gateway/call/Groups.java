package io.tokenlane.gateway.call;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import reactor.core.publisher.Operators;

/**
 * Buffers as publishers of one buffer each, as {@code writeAndFlushWith} wants them. A server that
 * gives up a write drops the publishers in its queue without asking them for anything, and knows
 * nothing of the buffers behind them; these are given back when the write {@linkplain #end ends}.
 */
final class Groups {
  private final Queue<Group> unread = new ConcurrentLinkedQueue<>();
  private volatile boolean ended;

  /** The publisher of {@code buffer}; whoever subscribes to it owns the buffer. */
  Publisher<DataBuffer> of(DataBuffer buffer) {
    Group first = unread.peek();
    while (first != null && !first.isUnread()) {
      unread.remove(first);
      first = unread.peek();
    }
    Group group = new Group(buffer);
    unread.add(group);
    if (ended) {
      end();
    }
    return group;
  }

  /** Nobody reads on: releases what nobody has subscribed to. */
  void end() {
    ended = true;
    for (Group left = unread.poll(); left != null; left = unread.poll()) {
      left.leave(State.UNREAD);
    }
  }

  private enum State {
    UNREAD,
    SUBSCRIBED,
    LEFT
  }

  private static final class Group extends AtomicReference<State>
      implements Publisher<DataBuffer>, Subscription {
    private static final long serialVersionUID = 1;
    private final transient DataBuffer buffer;
    private transient Subscriber<? super DataBuffer> reader = Operators.emptySubscriber();

    Group(DataBuffer buffer) {
      super(State.UNREAD);
      this.buffer = buffer;
    }

    boolean isUnread() {
      return get() == State.UNREAD;
    }

    void leave(State from) {
      if (compareAndSet(from, State.LEFT)) {
        DataBufferUtils.release(buffer);
      }
    }

    @Override
    public void subscribe(Subscriber<? super DataBuffer> subscriber) {
      if (!compareAndSet(State.UNREAD, State.SUBSCRIBED)) {
        Operators.complete(subscriber);
        return;
      }
      reader = subscriber;
      subscriber.onSubscribe(this);
    }

    @Override
    public void request(long n) {
      if (Operators.validate(n) && compareAndSet(State.SUBSCRIBED, State.LEFT)) {
        reader.onNext(buffer);
        reader.onComplete();
      }
    }

    @Override
    public void cancel() {
      leave(State.SUBSCRIBED);
    }
  }
}
