package io.tokenlane.gateway.balance;

import java.net.URI;
import java.util.List;
import java.util.function.Consumer;

/**
 * Tells which nodes are behind a service, again each time that changes. Provided from outside the
 * gateway as a service ({@link java.util.ServiceLoader}), for what it takes is large and few need
 * it. While it cannot find out it tells nothing, so that the last fleet stays.
 */
public interface ServiceWatch extends AutoCloseable {

  /**
   * One node that takes calls.
   *
   * @param name its own name, which outlives its address; unique within the service
   * @param uri where it listens
   */
  record Member(String name, URI uri) {}

  /**
   * Begins to tell; does not wait for the first answer.
   *
   * @param service {@code http} or {@code https}, the service's name as the host, and what follows
   *     it in the address of each node
   * @param told gets all nodes of the service, in the order of their names; never two at once
   */
  void follow(URI service, Consumer<List<Member>> told);

  /** Tells no more. */
  @Override
  void close();
}
