package io.tokenlane.prefetch.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class PassageTest {
  private static final int LIMIT = 100;

  private int wanted;
  private int deserted;
  private final Passage passage =
      new Passage(
          LIMIT,
          new Passage.Source() {
            @Override
            public void wanted() {
              wanted++;
            }

            @Override
            public void deserted() {
              deserted++;
            }
          });

  private static ByteBuffer chunk(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String text(ByteBuffer chunk) {
    return StandardCharsets.ISO_8859_1.decode(chunk).toString();
  }

  private static String drain(Passage.Reader reader) throws IOException {
    StringBuilder all = new StringBuilder();
    for (ByteBuffer next = reader.next(); next != null; next = reader.next()) {
      all.append(text(next));
    }
    return all.toString();
  }

  private Passage.Reader reader() {
    return passage.read(() -> {}).orElseThrow();
  }

  /** Readers that come at any time and read at any pace all see the same, whole body. */
  @RepeatedTest(200)
  void everyReaderSeesEverything() throws IOException {
    long seed = RandomGenerator.getDefault().nextLong();
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    StringBuilder sent = new StringBuilder();
    List<Passage.Reader> readers = new ArrayList<>();
    List<StringBuilder> seen = new ArrayList<>();
    while (sent.length() < LIMIT - 10) {
      String part = "x".repeat(random.nextInt(4)) + (char) ('a' + random.nextInt(26));
      passage.add(chunk(part));
      sent.append(part);
      if (random.nextBoolean()) {
        readers.add(reader());
        seen.add(new StringBuilder());
      }
      for (int i = 0; i < readers.size(); i++) {
        ByteBuffer next = random.nextBoolean() ? readers.get(i).next() : null;
        seen.get(i).append(next == null ? "" : text(next));
      }
    }
    passage.end();
    for (int i = 0; i < readers.size(); i++) {
      seen.get(i).append(drain(readers.get(i)));
      assertThat(readers.get(i).ended()).isTrue();
      assertThat(seen.get(i)).as("seed %d", seed).hasToString(sent.toString());
    }
    assertThat(text(passage.soFar().orElseThrow())).isEqualTo(sent.toString());
  }

  @Test
  void aBodyAboveTheLimitIsNotKeptAndPacedByItsForemostReader() throws IOException {
    Passage.Reader reader = reader();
    passage.add(chunk("x".repeat(LIMIT + 1)));

    assertThat(passage.kept()).isFalse();
    assertThat(passage.read(() -> {})).isEmpty();
    assertThat(passage.wantsMore()).isFalse();

    drain(reader);

    assertThat(passage.wantsMore()).isTrue();
    assertThat(wanted).isEqualTo(1);
  }

  @Test
  void whoIsTooFarBehindIsCutOff() throws IOException {
    Passage.Reader slow = reader();
    Passage.Reader quick = reader();
    for (int i = 0; i < 5; i++) {
      passage.add(chunk("x".repeat(LIMIT)));
      drain(quick);
    }

    assertThatThrownBy(slow::next)
        .isInstanceOf(IOException.class)
        .hasMessage("reader more than 200 bytes behind (expected: closer)");
    assertThat(quick.next()).isNull();
  }

  @Test
  void theSourceHearsOfTheLastReader() {
    Passage.Reader one = reader();
    Passage.Reader two = reader();
    one.close();
    assertThat(deserted).isZero();
    two.close();
    two.close();
    assertThat(deserted).isEqualTo(1);
  }

  @Test
  void aBrokenBodyIsNotWhole() throws IOException {
    Passage.Reader reader = reader();
    passage.add(chunk("half"));
    passage.fail(new IOException("cut"));

    assertThat(drain(reader)).isEqualTo("half");
    assertThat(reader.ended()).isTrue();
    assertThat(reader.failure()).hasMessage("cut");
    assertThat(passage.soFar()).isEmpty();
  }

  @Test
  void whatPassesByIsReadOnByThoseWhoBegan() throws IOException {
    Passage.Reader reader = reader();
    passage.passBy();
    passage.add(chunk("on"));

    assertThat(passage.read(() -> {})).isEmpty();
    assertThat(drain(reader)).isEqualTo("on");
  }
}
