package io.tokenlane.compress;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/**
 * One round of choosing repeated phrases in a sequence: the inner nodes of its suffix tree, largest
 * saving first, none overlapping another (off-line greedy textual substitution, Apostolico and
 * Lonardi 2000). A phrase is named where it first stands, which costs its name and an end mark.
 */
final class Phrases {
  /** Name and end mark at the first place. */
  static final int NAMING_TOKENS = 2;

  private static final int WORK_PER_UNIT = 40;

  /** The places of one phrase, each {@code length} long, and the tokens that its name saves. */
  @SuppressWarnings("ArrayRecordComponent") // read element by element, never compared
  record Phrase(int[] starts, int length, int gain) {}

  private record Candidate(int low, int high, int length, int gain)
      implements Comparable<Candidate> {
    /** The largest gain first. */
    @Override
    public int compareTo(Candidate other) {
      if (gain != other.gain) {
        return Integer.compare(other.gain, gain);
      }
      return low == other.low
          ? Integer.compare(length, other.length)
          : Integer.compare(low, other.low);
    }
  }

  private final int[] tokensBefore;
  private final int leastGain;
  private final SuffixArray suffixes;
  private final int[] originalPlaces;
  private final Taken taken;
  private long workLeft;

  private final PriorityQueue<Candidate> queue = new PriorityQueue<>();

  /**
   * @param tokens what each element of the sequence costs
   */
  Phrases(Repeated repeated, int[] tokens, int leastGain) {
    this.leastGain = leastGain;
    this.suffixes = SuffixArray.of(repeated.sequence(), repeated.symbols());
    this.originalPlaces = repeated.places();
    this.taken = new Taken(repeated.sequence().length);
    repeated.closed().stream().forEach(place -> taken.take(place, 1));
    this.workLeft = (long) WORK_PER_UNIT * tokens.length + WORK_PER_UNIT;
    this.tokensBefore = new int[tokens.length + 1];
    for (int i = 0; i < tokens.length; i++) {
      tokensBefore[i + 1] = tokensBefore[i] + tokens[i];
    }
  }

  /** Tokens saved by naming a phrase of so many tokens that stands in so many places. */
  static int gain(int tokens, int places) {
    return (places - 1) * (tokens - 1) - NAMING_TOKENS;
  }

  List<Phrase> choose(int most) {
    collect();
    List<Phrase> chosen = new ArrayList<>();
    while (!queue.isEmpty() && chosen.size() < most && workLeft > 0) {
      Candidate candidate = queue.remove();
      int[] places = places(candidate);
      int gain = places.length < 2 ? Integer.MIN_VALUE : gain(tokens(candidate), places.length);
      if (gain < leastGain) {
        continue;
      }
      if (!queue.isEmpty() && gain < queue.element().gain()) {
        queue.add(new Candidate(candidate.low(), candidate.high(), candidate.length(), gain));
        continue;
      }
      for (int start : places) {
        taken.take(start, candidate.length());
      }
      chosen.add(new Phrase(original(places), candidate.length(), gain));
    }
    return chosen;
  }

  private int[] original(int[] places) {
    return Arrays.stream(places).map(place -> originalPlaces[place]).toArray();
  }

  /** Walks the intervals of suffixes that share a prefix (Abouelhoda, Kurtz and Ohlebusch 2004). */
  private void collect() {
    int[] shared = suffixes.shared();
    Deque<int[]> open = new ArrayDeque<>();
    for (int i = 1; i <= shared.length; i++) {
      int length = i < shared.length ? shared[i] : 0;
      int low = i - 1;
      while (!open.isEmpty() && open.getFirst()[1] > length) {
        int[] closed = open.pop();
        low = closed[0];
        add(low, i - 1, closed[1]);
      }
      if (length > 0 && (open.isEmpty() || open.getFirst()[1] < length)) {
        open.push(new int[] {low, length});
      }
    }
  }

  private void add(int low, int high, int length) {
    int start = suffixes.order()[low];
    int gain = gain(tokensBefore[start + length] - tokensBefore[start], high - low + 1);
    if (gain >= leastGain) {
      queue.add(new Candidate(low, high, length, gain));
    }
  }

  private int tokens(Candidate candidate) {
    int start = suffixes.order()[candidate.low()];
    return tokensBefore[start + candidate.length()] - tokensBefore[start];
  }

  /** Where the candidate's free places start, none overlapping the one before. */
  private int[] places(Candidate candidate) {
    int[] starts = Arrays.copyOfRange(suffixes.order(), candidate.low(), candidate.high() + 1);
    Arrays.sort(starts);
    workLeft -= starts.length;
    int count = 0;
    int free = 0;
    for (int start : starts) {
      if (start >= free && taken.isFree(start, candidate.length())) {
        starts[count++] = start;
        free = start + candidate.length();
      }
    }
    return Arrays.copyOf(starts, count);
  }
}
