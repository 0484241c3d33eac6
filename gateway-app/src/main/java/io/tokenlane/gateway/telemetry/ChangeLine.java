package io.tokenlane.gateway.telemetry;

import java.time.Instant;
import tools.jackson.core.JsonGenerator;

/** One change of the gateway in the audit log. */
record ChangeLine(Instant at, Audit.Change change) implements LineRing.Line {
  @Override
  public void render(JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("at", Stamps.of(at));
    json.writeStringProperty("who", change.who());
    json.writeStringProperty("client", change.client());
    json.writeStringProperty("action", change.action());
    json.writeStringProperty("target", change.target());
    json.writeStringProperty("outcome", change.outcome());
    json.writeEndObject();
  }
}
