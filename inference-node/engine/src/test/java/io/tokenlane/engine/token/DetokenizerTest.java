package io.tokenlane.engine.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DetokenizerTest {
  private static final int END = 256;

  private final Tokenizer tokenizer =
      TestVocabularies.byteLevel(List.of(), AddedToken.plain(END, "<|end|>", true));

  @ParameterizedTest
  @ValueSource(longs = {31, 32, 33})
  void anySplitGivesTheWholeText(long seed) {
    Random random = new Random(seed);
    Tokenizer merged =
        TestVocabularies.byteLevel(
            TestVocabularies.randomMerges(TestVocabularies.bytes(), 800, random));
    for (int round = 0; round < 1000; round++) {
      byte[] bytes = mostlyText(random);
      Detokenizer detokenizer = new Detokenizer(merged);
      StringBuilder text = new StringBuilder();
      for (int id : merged.encode(bytes)) {
        text.append(detokenizer.accept(id));
      }
      text.append(detokenizer.finish());
      assertThat(text.toString())
          .as("seed %d", seed)
          .isEqualTo(Utf8.decode(bytes, 0, bytes.length));
    }
  }

  /** UTF-8 with some bytes changed, or noise. */
  private static byte[] mostlyText(Random random) {
    byte[] bytes = RandomText.of(random).getBytes(StandardCharsets.UTF_8);
    for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  @Test
  void halfACharacterWaits() {
    Detokenizer detokenizer = new Detokenizer(tokenizer);
    byte[] llama = "🦙".getBytes(StandardCharsets.UTF_8);
    assertThat(accept(detokenizer, llama[0], llama[1], llama[2])).isEmpty();
    assertThat(detokenizer.accept(END)).isEmpty();
    assertThat(accept(detokenizer, llama[3])).isEqualTo("🦙");
    assertThat(detokenizer.finish()).isEmpty();
  }

  @Test
  void whatCannotBecomeACharacterDoesNotWait() {
    Detokenizer detokenizer = new Detokenizer(tokenizer);
    assertThat(accept(detokenizer, (byte) 0xC0)).isEqualTo("\uFFFD");
    assertThat(accept(detokenizer, (byte) 0xE2, (byte) 'a')).isEqualTo("\uFFFDa");
    assertThat(accept(detokenizer, (byte) 0xE2, (byte) 0x82)).isEmpty();
    assertThat(detokenizer.finish()).isEqualTo("\uFFFD");
  }

  /** The examples of The Unicode Standard, tables 3-8 to 3-11. */
  @ParameterizedTest
  @CsvSource({
    "C0 AF E0 80 BF F0 81 82 41, ????????A",
    "ED A0 80 ED BF BF ED AF 41, ????????A",
    "F4 91 92 93 FF 41 80 BF 42, ?????A??B",
    "E1 80 E2 F0 91 92 F1 BF 41, ????A"
  })
  void illFormedBytesAreReplacedAsTheStandardSays(String hex, String expected) {
    byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(hex);
    assertThat(Utf8.decode(bytes, 0, bytes.length)).isEqualTo(expected.replace('?', '\uFFFD'));
  }

  @Test
  void controlTokensShowOnRequest() {
    assertThat(new Detokenizer(tokenizer).accept(END)).isEmpty();
    assertThat(new Detokenizer(tokenizer, true).accept(END)).isEqualTo("<|end|>");
  }

  private String accept(Detokenizer detokenizer, byte... bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      text.append(detokenizer.accept(b & 0xFF));
    }
    return text.toString();
  }
}
