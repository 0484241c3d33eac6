package io.tokenlane.gateway.console;

import io.tokenlane.gateway.telemetry.PassedRequests.Passed;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A request that was answered beside the filters, as the inspector shows it. */
final class PassedRecord {
  private static final double NANOS_A_MILLI = 1e6;

  private PassedRecord() {}

  static ObjectNode whole(Passed passed) {
    int query = passed.uri().indexOf('?');
    ObjectNode whole = JsonMapper.shared().createObjectNode();
    whole.put("id", passed.id()).put("method", passed.method());
    whole.put("path", query < 0 ? passed.uri() : passed.uri().substring(0, query));
    whole.put("model", "").put("who", "-").put("node", "-").put("attempts", 0);
    whole.put("status", passed.status()).put("outcome", passed.outcome());
    whole.put("cache", passed.cache()).put("bytes", passed.bytes());
    boolean hit = passed.cache().equals("hit");
    whole.put("cache_status", hit ? "tokenlane; hit" : "tokenlane; fwd=bypass; detail=passed");
    whole.put("first_ms", millis(passed.firstByteNanos()));
    whole.put("total_ms", millis(passed.totalNanos()));
    whole
        .putArray("decisions")
        .addObject()
        .put("stage", hit ? "cache" : "pass")
        .put("verdict", hit ? "hit" : "passed")
        .put(
            "why",
            hit
                ? "a stored answer that needs no filter was served before routing"
                : "nothing on its route has to be done for it: from codec to codec")
        .put("at_ms", millis(passed.firstByteNanos()))
        .putObject("facts");
    ArrayNode timing = whole.putArray("timing");
    timing
        .addObject()
        .put("name", "gateway")
        .put("from", 0)
        .put("to", millis(passed.firstByteNanos()));
    timing
        .addObject()
        .put("name", "answer")
        .put("from", millis(passed.firstByteNanos()))
        .put("to", millis(passed.totalNanos()));
    return whole;
  }

  private static double millis(long nanos) {
    return Math.round(nanos / NANOS_A_MILLI * 100) / 100.0;
  }
}
