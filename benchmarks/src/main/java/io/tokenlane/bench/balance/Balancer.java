package io.tokenlane.bench.balance;

/** One gateway's way to choose nodes. */
interface Balancer {
  /** Sends the call with {@link Fleet#send}, now or later, to none of the nodes tried before. */
  void take(Call call);

  /** The call's end on its node, good or not. */
  void ended(Call call, boolean good);

  /** Makes one for each gateway of a run. */
  interface Kind {
    String title();

    Balancer at(Fleet fleet, int gateway);
  }
}
