package io.tokenlane.compress;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compresses the messages of one conversation in order, each with what earlier ones offer: their
 * names and passages. A message's compression depends on nothing that comes later, so a longer
 * conversation begins with the very bytes of the shorter one, and caches of prefixes keep hitting.
 * A definition stays in the message it was made in. Not for several threads.
 */
public final class Conversation {
  private final PromptCompressor compressor;
  private final Context context = new Context();
  private final LegendNames legends = new LegendNames();

  public Conversation(PromptCompressor compressor) {
    this.compressor = compressor;
  }

  /** The next message, compressed. Never throws, as {@link PromptCompressor#compress}. */
  public Compression next(Turn turn, CompressionPolicy policy) {
    Compression compression = attempt(turn, policy);
    known(turn, compression);
    return compression;
  }

  /** What the next message would be; nothing is learnt from it yet. */
  public Compression attempt(Turn turn, CompressionPolicy policy) {
    return compressor.compress(
        turn.text(), policy, new DictionaryStage(context, turn.isOperators()));
  }

  /** The next message, whose compression is known. */
  public void known(Turn turn, Compression compression) {
    learn(turn, compression.text(), compression.tag());
  }

  /**
   * The next message as it came, given as it was sent.
   *
   * @throws IllegalArgumentException if the tag was not made with this text after these messages
   */
  public String restore(Turn sent, StyleTag tag) {
    return restore(sent, tag, Sidecar.NONE);
  }

  /**
   * The same after grammar reduction.
   *
   * @throws IllegalArgumentException if tag or sidecar were not made with this text here
   */
  public String restore(Turn sent, StyleTag tag, Sidecar sidecar) {
    DictionaryStage dictionary = new DictionaryStage(context, sent.isOperators());
    String text = compressor.restore(sent.text(), tag, sidecar, dictionary);
    learn(new Turn(sent.role(), text), sent.text(), tag);
    return text;
  }

  /**
   * What the names that the messages gave so far stand for: letters of dictionaries, and symbols of
   * legends that have one meaning in the whole conversation.
   */
  public Map<Character, String> names() {
    Map<Character, String> names = new HashMap<>(legends.names());
    names.putAll(context.scope(false).names());
    return Map.copyOf(names);
  }

  private void learn(Turn turn, String sent, StyleTag tag) {
    if (PromptCompressor.isFramed(turn.text())) {
      context.close();
      return;
    }
    boolean trusted = turn.isOperators();
    DictionaryStage dictionary = new DictionaryStage(context, trusted);
    @Nullable Frame frame = TagFormat.names(tag, Rule.DICTIONARY) ? Frame.of(sent) : null;
    legends.learn(turn.text(), TagFormat.names(tag, Rule.REPEATS) && frame == null ? sent : null);
    if (frame == null) {
      context.learn(PromptCompressor.beforeNaming(sent, tag, dictionary), trusted);
    } else {
      context.learn(frame, dictionary.read(sent), trusted);
    }
  }
}
