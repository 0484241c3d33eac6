package io.tokenlane.gateway.console;

import io.tokenlane.gateway.call.Attention;
import io.tokenlane.gateway.telemetry.CallWatch;
import io.tokenlane.gateway.telemetry.Ending;
import io.tokenlane.gateway.telemetry.PassedRequests.Passed;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The latest requests, a bounded number of them; the console's own are not among them. Where more
 * come than anybody could read, only some are watched and kept, and as many of those that failed:
 * watching is not free.
 */
final class CallLog implements CallWatch {
  /** At that pace the 500 that are kept are those of five seconds. */
  private static final int WATCHED_PER_SECOND = 100;

  private static final int CLIENT_ERROR = 400;
  private static final JsonMapper JSON = JsonMapper.shared();

  private final int most;
  private final Pace pace;
  private final Pace failures;
  private final boolean texts;
  private final InstantSource clock;
  private final Function<String, Optional<Passed>> passed;
  private final ArrayDeque<Kept> calls = new ArrayDeque<>();

  /**
   * One of them as JSON: as objects the latest are tens of thousands, which each collection of
   * garbage copies while all requests stand still.
   */
  private record Kept(String id, String whole) {
    static Kept of(CallRecord call) {
      return new Kept(call.id(), JSON.writeValueAsString(call.whole()));
    }

    ObjectNode read() {
      return (ObjectNode) JSON.readTree(whole);
    }
  }

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
    this.failures = new Pace(WATCHED_PER_SECOND, Math.max(1, most), nanoClock);
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
    boolean watched = ending.trail().isWatched(Attention.DECISIONS);
    boolean failed = ending.status() >= CLIENT_ERROR || !ending.outcome().equals("done");
    if (most > 0
        && (watched || (failed && failures.allows()))
        && !ConsoleConfig.ownPath(ending.path())) {
      keep(Kept.of(CallRecord.of(ending, clock.instant())));
    }
  }

  private synchronized void keep(Kept call) {
    calls.addFirst(call);
    if (calls.size() > most) {
      calls.removeLast();
    }
  }

  /** A line of each, the newest first. */
  List<ObjectNode> latest(int atMost) {
    return newest(atMost).stream().map(call -> CallRecord.lineOf(call.read())).toList();
  }

  private synchronized List<Kept> newest(int atMost) {
    return calls.stream().limit(atMost).toList();
  }

  /** All of one, also where it is not listed. */
  Optional<ObjectNode> find(String id) {
    return most == 0
        ? Optional.empty()
        : listed(id).map(Kept::read).or(() -> passed.apply(id).map(PassedRecord::whole));
  }

  private synchronized Optional<Kept> listed(String id) {
    return calls.stream().filter(call -> call.id().equals(id)).findFirst();
  }
}
