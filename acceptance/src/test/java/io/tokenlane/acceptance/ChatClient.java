package io.tokenlane.acceptance;

import java.time.Duration;
import java.util.List;

/** What a team does with a client library; one implementation for each library. */
interface ChatClient {
  /** The tool that {@link #tool} offers: one parameter {@code city}, Paris or Rome. */
  String TOOL = "get_weather";

  /** An object with a {@code name} of at most ten characters and an {@code age} from 0 to 120. */
  String SCHEMA =
      """
      {"type":"object","properties":{"name":{"type":"string","maxLength":10},
      "age":{"type":"integer","minimum":0,"maximum":120}},
      "required":["name","age"],"additionalProperties":false}""";

  /**
   * How it is set up.
   *
   * @param url with {@code /v1}
   * @param timeout of one attempt
   * @param retries after the first attempt
   */
  record Setup(String url, String key, String model, Duration timeout, int retries) {

    Setup withModel(String other) {
      return new Setup(url, key, other, timeout, retries);
    }

    Setup withKey(String other) {
      return new Setup(url, other, model, timeout, retries);
    }

    Setup within(Duration other) {
      return new Setup(url, key, model, other, retries);
    }

    Setup retrying(int times) {
      return new Setup(url, key, model, timeout, times);
    }
  }

  /** The answer, at temperature 0. */
  String chat(Setup setup, String question);

  /** The answer's pieces. */
  List<String> stream(Setup setup, String question);

  /** Hangs up after the first piece. */
  void hangUp(Setup setup, String question);

  /** The arguments of the one call of {@link #TOOL} that the model is made to write. */
  String tool(Setup setup, String question);

  /** An answer held to {@link #SCHEMA}, at temperature 1. */
  String json(Setup setup, String question);

  /** The text's vector. */
  float[] embed(Setup setup, String text);

  /** A chat with a temperature that is refused. */
  void wrong(Setup setup);

  /** The HTTP status that a failure tells of; 0 for a time-out; -1 where it tells of neither. */
  int status(Throwable failure);
}
