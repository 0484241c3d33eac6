package io.tokenlane.gateway.telemetry;

import io.tokenlane.gateway.telemetry.LineBytes.Name;
import java.time.Instant;

/** One change of the gateway in the audit log. */
record ChangeLine(Instant at, Audit.Change change) implements LineRing.Line {
  private static final Name AT = new Name("at");
  private static final Name WHO = new Name("who");
  private static final Name CLIENT = new Name("client");
  private static final Name ACTION = new Name("action");
  private static final Name TARGET = new Name("target");
  private static final Name OUTCOME = new Name("outcome");

  @Override
  public void render(LineBytes json) {
    json.begin();
    json.text(AT, Stamps.of(at));
    json.text(WHO, change.who());
    json.text(CLIENT, change.client());
    json.text(ACTION, change.action());
    json.text(TARGET, change.target());
    json.text(OUTCOME, change.outcome());
    json.end();
  }
}
