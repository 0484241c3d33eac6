package io.tokenlane.gateway.telemetry;

import java.time.Instant;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** One change of the gateway in the audit log. */
record ChangeLine(Instant at, Audit.Change change) implements LineRing.Line {
  private static final JsonMapper JSON = JsonMapper.shared();

  @Override
  public byte[] render() {
    ObjectNode line = JSON.createObjectNode();
    line.put("at", at.toString());
    line.put("who", change.who());
    line.put("client", change.client());
    line.put("action", change.action());
    line.put("target", change.target());
    line.put("outcome", change.outcome());
    return JSON.writeValueAsBytes(line);
  }
}
