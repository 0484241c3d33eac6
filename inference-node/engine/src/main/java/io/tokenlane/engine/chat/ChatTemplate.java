package io.tokenlane.engine.chat;

import java.time.Clock;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's chat template: makes one prompt text of a conversation.
 *
 * <p>The language is Jinja as Hugging Face transformers runs it for chat templates: jinja2's
 * immutable sandbox with {@code trim_blocks}, {@code lstrip_blocks}, loop controls, {@code
 * raise_exception}, {@code strftime_now}, its own {@code tojson}, and a {@code generation} tag
 * without effect. Values are maps, lists, strings, booleans, numbers and null; nothing else can be
 * reached from a template. Immutable and safe for use by many threads.
 */
public final class ChatTemplate {
  private final List<Statement> body;
  private final TemplateLimits limits;
  private final Clock clock;

  private ChatTemplate(List<Statement> body, TemplateLimits limits, Clock clock) {
    this.body = body;
    this.limits = limits;
    this.clock = clock;
  }

  /**
   * @throws TemplateException if the source is malformed
   */
  public static ChatTemplate compile(String source) {
    return compile(source, TemplateLimits.DEFAULT, Clock.system(ZoneId.systemDefault()));
  }

  /**
   * @param limits what a rendering may take
   * @param clock what {@code strftime_now} tells
   * @throws TemplateException if the source is malformed
   */
  public static ChatTemplate compile(String source, TemplateLimits limits, Clock clock) {
    try {
      return new ChatTemplate(StatementParser.parse(source, limits.depth()), limits, clock);
    } catch (StackOverflowError e) {
      // Chains of operators nest without the parser's own recursion, so depth alone cannot bound
      // it.
      throw new TemplateException("template nests too deeply");
    }
  }

  /**
   * Renders a conversation.
   *
   * @param messages each with {@code role} and {@code content}, as in OpenAI's API
   * @param tools their definitions as in OpenAI's API; null where there are none
   * @param variables further variables: {@code bos_token}, {@code eos_token}, the client's own
   *     template arguments; the other arguments win over them
   * @param addGenerationPrompt whether to end with what starts the model's turn
   * @throws TemplateException if the template refuses the conversation, fails, or passes a limit
   */
  public String render(
      List<? extends Map<String, ? extends @Nullable Object>> messages,
      @Nullable List<? extends @Nullable Object> tools,
      Map<String, ? extends @Nullable Object> variables,
      boolean addGenerationPrompt) {
    Map<String, @Nullable Object> all = new HashMap<>();
    all.put("documents", null);
    all.putAll(variables);
    all.put("messages", messages);
    all.put("tools", tools);
    all.put("add_generation_prompt", addGenerationPrompt);
    return render(all);
  }

  /**
   * Renders with these variables only.
   *
   * @throws TemplateException if the template refuses, fails, or passes a limit
   */
  String render(Map<String, ? extends @Nullable Object> variables) {
    Map<String, Object> values = new HashMap<>();
    variables.forEach((name, value) -> values.put(name, Border.value(value)));
    Budget budget = new Budget(limits);
    Output out = new Output(budget);
    try {
      Statement.runAll(body, Scope.root(values, new Scope.Rendering(budget, clock)), out);
    } catch (StackOverflowError e) {
      // As in compile: the evaluation of a long chain of operators is as deep as the chain is long.
      throw new TemplateException("template nests too deeply");
    } catch (ArithmeticException | IllegalArgumentException e) {
      throw new TemplateException("template: " + e.getMessage());
    }
    return out.toString();
  }
}
