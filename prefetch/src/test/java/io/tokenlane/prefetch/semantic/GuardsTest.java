package io.tokenlane.prefetch.semantic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GuardsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Summarize this report of 2023 | Summarize this report of 2024",
        "Is it safe to mix bleach and ammonia? | Is it not safe to mix bleach and ammonia?",
        "Can I take it? | Can't I take it?",
        "Where was Marie Curie born? | Where was Albert Einstein born?",
        "Paris is how large? | London is how large?",
        "Meetings before noon | Meetings after noon",
        "Convert 3 km to miles | Convert 3 miles to km per hour 2",
        "Translate \"dog\" | Translate \"cat\"",
        "What is max_tokens? | What is min_tokens?",
        "From Berlin to Rome | From Rome to Berlin",
        "Open it on Monday | Open it on Friday",
        "5 - 3 | 5 + 3",
        "Does he own it? | Does she own it?",
        "How do I lock the screen? | How do I unlock the screen?",
        "What do lions eat? | What eats lions?",
        "Give three reasons for it | Give three reasons against it",
        "Summarize the report | Translate the report",
        "Is it raining? | Was it raining?",
        "What can I do for you? | What can you do for me?",
        "Can dogs eat chocolate? | Can dogs eat carrots?",
        "Is Bitcoin legal in Spain? | Will Bitcoin be legal in Spain?",
        "What do cats have? | What are cats?",
        "What can he do? | What is he?",
        "Who has the author? | Who is the author?",
        "Is it a virus? | Does it have a virus?",
        "Can it be a virus? | Is it a virus?",
        "Has it crashed? | Will it crash?",
        "Is my order shipped? | Is my order being shipped?",
        "What do you do? | What are you?",
        "Who does it? | Who is it?",
        "What can you do? | What do you do?",
        "How will I pay? | How do I pay?",
      })
  void whatDiffersInOneWordIsRefused(String one, String other) {
    assertThat(Guards.agree(one, other)).isFalse();
    assertThat(Guards.agree(one, one)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Какая столица Франции? | Какая столица Испании?",
        "Как включить доступ? | Как отключить доступ?",
        "Πόσο κάνει; | Τι ώρα είναι;",
        "法国的首都是什么? | 西班牙的首都是什么?",
        "フランスの首都は? | スペインの首都は?",
        "프랑스의 수도는? | 스페인의 수도는?",
        "ما عاصمة فرنسا؟ | ما عاصمة إسبانيا؟",
        "$100 in yen | €100 in yen",
        "Please -5 degrees in Fahrenheit | Please 5 degrees in Fahrenheit",
      })
  void whatIsAskedInAnyScriptIsRead(String one, String other) {
    assertThat(Guards.agree(one, other)).isFalse();
    assertThat(Guards.agree(one, one)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "Convert ¥100 to dollars | Convert ₹100 to dollars",
        "What does a && b return? | What does a ^||^ b return?",
        "What is 5! | What is 5?",
        "What is C# used for? | What is C used for?",
        "What is C++? | What is C?",
        "What is A ∪ B? | What is A ∩ B?",
        "Is x ≤ 3? | Is x ≥ 3?",
        "What does 👍 mean? | What does 👎 mean?",
        "What does 👩‍💻 mean? | What does 👩 mean?",
        "What does x ?? y give? | What does x ?. y give?",
        "Convert .5 miles to km | Convert 5 miles to km",
        "What is (2 + 3) * 4? | What is 2 + (3 * 4)?",
        "Explain दिन please | Explain दीन please",
        "Explain กิน please | Explain กัน please",
        "What did the police say? | What did the policy say?",
        "Where are the goods? | Where is the good?",
        "What are customs? | What is custom?",
        "Why didn't it work? | Why won't it work?",
        "Who knows nothing? | Who knows nobody?",
        "Does the WHO decide? | Does who decide?",
      })
  void signsMarksAndFormsOfWordsCount(String one, String other) {
    assertThat(Guards.agree(one, other)).isFalse();
    assertThat(Guards.agree(one, one)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "please", "Can you please explain?"})
  void whatAsksNothingAgreesWithNothing(String question) {
    assertThat(Guards.agree(question, question)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Please describe the weather in Berlin | Explain the weather in Berlin, please",
        "Can you explain photosynthesis? | Explain photosynthesis",
        "Could you please tell me why the sky is blue? | Why is the sky blue?",
        "What's the capital of France? | What is the capital of France?",
        "List the planets. | Please list the planets",
        "How much is it, in $? | How much is it in $",
        "How can I reset my password? | How do I reset my password?",
        "How do vaccines work? | Explain how vaccines work",
        "I am not able to log in, help | Help, I am not able to log in",
      })
  void otherWordsForTheSamePass(String one, String other) {
    assertThat(Guards.agree(one, other)).isTrue();
  }

  @Test
  void theNearestWithinTheSameContextIsFound() {
    Neighbours neighbours = new Neighbours(1 << 20, 0.9);
    neighbours.add("c", "explain tides", new float[] {1, 0.1f}, "tides");
    neighbours.add("c", "explain waves", new float[] {1, 0.3f}, "waves");
    neighbours.add("c", "explain tides in 1900", new float[] {1, 0}, "then");

    assertThat(neighbours.find("c", "please explain tides", new float[] {2, 0.1f}, k -> true))
        .contains("tides");
    assertThat(neighbours.find("c", "explain waves", new float[] {1, 0.1f}, "waves"::equals))
        .contains("waves");
    assertThat(neighbours.find("d", "explain tides", new float[] {1, 0}, k -> true)).isEmpty();
    assertThat(neighbours.find("c", "explain tides", new float[] {0, 1}, k -> true)).isEmpty();
    assertThat(neighbours.find("c", "explain tides", new float[] {1, 0, 0}, k -> true)).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Neighbours(1, 2))
        .withMessage("threshold: 2.0 (expected: 0 to 1)");
  }
}
