package io.tokenlane.node.answer;

import io.tokenlane.engine.chat.ChatTemplate;
import io.tokenlane.engine.chat.TemplateException;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.engine.token.Tokenizer.Specials;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes prompts for one model. Safe for use by many threads. */
public final class PromptEncoder {
  private static final String OPENING_TAG = "<think>";

  private final Tokenizer tokenizer;
  private final @Nullable ChatTemplate template;
  private final Map<String, String> templateVariables;
  private final ControlTexts controls;

  /**
   * @param template null if the model has none
   * @param templateVariables what the model gives its template, such as {@code bos_token}
   */
  public PromptEncoder(
      Tokenizer tokenizer, @Nullable ChatTemplate template, Map<String, String> templateVariables) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.templateVariables = Map.copyOf(templateVariables);
    controls = new ControlTexts(tokenizer);
  }

  /**
   * A prompt as the caller wrote it; the texts of special tokens in it are special tokens.
   *
   * @param begin whether it stands between the tokens that start and end the model's prompts
   */
  public Prompt raw(String text, boolean begin) {
    int[] tokens = tokenizer.encode(text, Specials.PARSE);
    return new Prompt(begin ? begun(tokens) : tokens, false);
  }

  /**
   * A conversation as the model's template writes it; the texts of special tokens that the client
   * gives stay text, and what the model gives its template is not the client's to change.
   *
   * @throws TemplateException if there is no template or it refuses the conversation
   */
  public Prompt chat(Conversation conversation) {
    if (template == null) {
      throw new TemplateException(
          "the model has none (expected: a plain prompt, to /v1/completions or with --raw)");
    }
    List<Object> tools = conversation.tools();
    Map<String, Object> variables = controls.disarm(conversation.variables());
    variables.putAll(templateVariables);
    String text =
        template.render(
            controls.disarm(conversation.messages()),
            tools == null ? null : controls.disarmValues(tools),
            variables,
            conversation.addGenerationPrompt());
    return new Prompt(encode(text), text.stripTrailing().endsWith(OPENING_TAG));
  }

  /** Whether the model has a template, so that {@link #chat} works. */
  public boolean hasTemplate() {
    return template != null;
  }

  /** The tokenizer behind it. */
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  private int[] encode(String rendered) {
    IntStream.Builder tokens = IntStream.builder();
    for (ControlTexts.Segment segment : controls.segments(rendered)) {
      Specials specials = segment.disarmed() ? Specials.AS_TEXT : Specials.PARSE;
      IntStream.of(tokenizer.encode(segment.text(), specials)).forEach(tokens);
    }
    return tokens.build().toArray();
  }

  /** Tokens between those that every prompt has, unless they start so already. */
  private int[] begun(int[] tokens) {
    int[] start = tokenizer.promptStart();
    boolean starts =
        tokens.length >= start.length
            && Arrays.equals(start, 0, start.length, tokens, 0, start.length);
    return Stream.of(starts ? new int[0] : start, tokens, tokenizer.promptEnd())
        .flatMapToInt(IntStream::of)
        .toArray();
  }

  /**
   * A conversation to be written out by a chat template.
   *
   * @param messages each with {@code role} and {@code content}, as in OpenAI's API
   * @param tools as in OpenAI's API; null where there are none
   * @param variables the client's own template arguments
   * @param addGenerationPrompt whether to end with what starts the model's turn
   */
  public record Conversation(
      List<Map<String, Object>> messages,
      @Nullable List<Object> tools,
      Map<String, Object> variables,
      boolean addGenerationPrompt) {

    /** This with other messages. */
    public Conversation with(List<Map<String, Object>> others) {
      return new Conversation(others, tools, variables, addGenerationPrompt);
    }

    /** One user's message, for the model to answer. */
    public static Conversation of(String question) {
      Map<String, Object> message = Map.of("role", "user", "content", question);
      return new Conversation(List.of(message), null, Map.of(), true);
    }
  }
}
