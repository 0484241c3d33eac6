package io.tokenlane.node.openai;

import io.tokenlane.engine.token.Detokenizer;
import io.tokenlane.engine.token.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/** Single tokens as text and bytes. A token that is half a character reads as U+FFFD. */
record TokenText(Tokenizer tokenizer) {

  String text(int id) {
    return new String(tokenizer.bytes(id), StandardCharsets.UTF_8);
  }

  /** A whole text, control tokens included. */
  String text(int[] ids) {
    Detokenizer detokenizer = new Detokenizer(tokenizer, true);
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(detokenizer.accept(id));
    }
    return text.append(detokenizer.finish()).toString();
  }

  /** Unsigned, as OpenAI lists them. */
  List<Integer> bytes(int id) {
    byte[] bytes = tokenizer.bytes(id);
    return IntStream.range(0, bytes.length).mapToObj(i -> Byte.toUnsignedInt(bytes[i])).toList();
  }
}
