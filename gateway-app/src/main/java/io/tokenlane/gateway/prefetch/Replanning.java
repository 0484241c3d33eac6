package io.tokenlane.gateway.prefetch;

/** What is fetched ahead, begun anew while the gateway runs: when its configuration has changed. */
public interface Replanning {

  /**
   * Fetches every planned endpoint again, and of what is foreseen all that is worth it, each after
   * a little while of its own. What is stored is served meanwhile.
   */
  void refetchAll();

  /**
   * Goes on with another plan: its endpoints are fetched now, those that are no longer in it no
   * more. What was learnt from clients stays.
   */
  void replan(PrefetchProperties next);
}
