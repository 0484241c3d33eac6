package io.tokenlane.gateway.reload;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of one look at the configuration files.
 *
 * @param changes what was taken over
 * @param restart what differs and holds only after a restart
 * @param complaint why nothing was taken over; empty where nothing is wrong
 */
public record Outcome(
    Kind kind, Instant at, List<Change> changes, List<Change> restart, String complaint) {

  /** What kind of outcome. */
  public enum Kind {
    /** Nothing to take over: the files say what holds, or differ where a restart is needed. */
    UNCHANGED,
    /** The changes hold now. */
    APPLIED,
    /** Nothing of it holds. */
    REFUSED
  }

  /**
   * A property that differs, its secrets hidden.
   *
   * @param before null where it was not set
   * @param after null where it is not set any more
   */
  public record Change(String name, @Nullable String before, @Nullable String after) {}

  static Outcome refused(Instant at, String complaint) {
    return new Outcome(Kind.REFUSED, at, List.of(), List.of(), complaint);
  }
}
