package io.tokenlane.node;

import reactor.netty.resources.LoopResources;

/**
 * The node's event loops: those that serve connections, and one that does nothing but accept them.
 *
 * <p>Netty's epoll finds whom an event is for by the number of the file descriptor. Where one loop
 * accepts and serves, handling an event may close a connection and handling the next accept another
 * one, which gets the same number: what the round still holds for the one that left then reaches
 * the newcomer, and in the end closes it. What another thread accepted comes to its loop as a task,
 * and tasks run between rounds; so here no event meets anybody who was not there when it was asked
 * for. That is enough for the node only because it opens no connections on these loops.
 */
final class EventLoops {
  private static final int ACCEPTORS = 1;

  private EventLoops() {}

  /**
   * Starts no thread yet.
   *
   * @param serving how many loops serve connections; &gt; 0
   */
  static LoopResources of(int serving) {
    return LoopResources.create("node-http", ACCEPTORS, serving, true);
  }
}
