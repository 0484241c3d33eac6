package io.tokenlane.gateway.console;

import io.tokenlane.gateway.call.Attention;
import io.tokenlane.gateway.telemetry.CallWatch;
import io.tokenlane.gateway.telemetry.Ending;
import io.tokenlane.gateway.telemetry.PassedRequests.Passed;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import tools.jackson.databind.node.ObjectNode;

/**
 * The latest requests, a bounded number of them; the console's own are not among them. Where more
 * come than anybody could read, only some are watched and kept, and all that failed: watching is
 * not free.
 */
final class CallLog implements CallWatch {
  /** At that pace the 500 that are kept are those of five seconds. */
  private static final int WATCHED_PER_SECOND = 100;

  private static final int CLIENT_ERROR = 400;

  private final int most;
  private final Pace pace;
  private final boolean texts;
  private final InstantSource clock;
  private final Function<String, Optional<Passed>> passed;
  private final ArrayDeque<CallRecord> calls = new ArrayDeque<>();

  /**
   * @param nanoClock what the pace of watching is measured by
   * @param passed finds requests that were answered beside the filters
   */
  CallLog(
      ConsoleProperties properties,
      InstantSource clock,
      LongSupplier nanoClock,
      Function<String, Optional<Passed>> passed) {
    this.passed = passed;
    this.most = properties.calls();
    this.pace = new Pace(WATCHED_PER_SECOND, Math.max(1, most), nanoClock);
    this.texts = properties.prompts();
    this.clock = clock;
  }

  @Override
  public Attention attention() {
    if (most == 0 || !pace.allows()) {
      return Attention.NONE;
    }
    return texts ? Attention.TEXTS : Attention.DECISIONS;
  }

  @Override
  public void ended(Ending ending) {
    boolean watched = ending.trail().attention() != Attention.NONE;
    boolean failed = ending.status() >= CLIENT_ERROR || !ending.outcome().equals("done");
    if (most > 0 && (watched || failed) && !ConsoleConfig.ownPath(ending.path())) {
      keep(CallRecord.of(ending, clock.instant()));
    }
  }

  private synchronized void keep(CallRecord call) {
    calls.addFirst(call);
    if (calls.size() > most) {
      calls.removeLast();
    }
  }

  /** The newest first. */
  synchronized List<CallRecord> latest(int atMost) {
    return new ArrayList<>(calls.stream().limit(atMost).toList());
  }

  /** All of one, also where it is not listed. */
  Optional<ObjectNode> find(String id) {
    return most == 0
        ? Optional.empty()
        : listed(id).map(CallRecord::whole).or(() -> passed.apply(id).map(PassedRecord::whole));
  }

  private synchronized Optional<CallRecord> listed(String id) {
    return calls.stream().filter(call -> call.id().equals(id)).findFirst();
  }
}
