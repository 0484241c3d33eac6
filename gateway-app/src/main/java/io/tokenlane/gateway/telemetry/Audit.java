package io.tokenlane.gateway.telemetry;

/** Where it is kept who changed the gateway. */
public interface Audit {
  /** Keeps one change, or one that was refused. Never waits. */
  void changed(Change change);

  /**
   * One change of the gateway by a person.
   *
   * @param who the principal's id; {@code -} where nobody was proved
   * @param client the address it came from
   * @param action such as {@code drain}
   * @param target what was changed; no secret
   * @param outcome {@code done} or {@code refused: …}
   */
  record Change(String who, String client, String action, String target, String outcome) {}
}
