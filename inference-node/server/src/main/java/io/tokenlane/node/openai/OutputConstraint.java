package io.tokenlane.node.openai;

import io.tokenlane.engine.grammar.Expr;
import io.tokenlane.engine.grammar.FreeText;
import io.tokenlane.engine.grammar.Grammar;
import io.tokenlane.engine.grammar.GrammarException;
import io.tokenlane.engine.grammar.JsonSchema;
import io.tokenlane.engine.grammar.NodeBudget;
import io.tokenlane.engine.grammar.SchemaException;
import io.tokenlane.engine.grammar.TokenIndex;
import io.tokenlane.engine.tool.ToolFormat;
import io.tokenlane.engine.tool.ToolGrammar;
import io.tokenlane.node.answer.AnswerFormat;
import io.tokenlane.node.load.OutputRules;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a chat request holds the output to: its response format and its tools. */
record OutputConstraint(ResponseFormat format, ToolRequest tools) {
  private static final String END_OF_REASONING = "</think>";
  private static final Pattern STEP = Pattern.compile("/([^/]*)");

  static OutputConstraint read(Fields body) {
    return new OutputConstraint(ResponseFormat.read(body), ToolRequest.read(body));
  }

  /** How tool calls are found in the answer; null if there are no tools. */
  AnswerFormat.@Nullable Calls calls(OutputRules rules) {
    if (!tools.any()) {
      return null;
    }
    ToolFormat own = rules.toolFormat();
    boolean held = format.json() || tools.forced(own);
    return new AnswerFormat.Calls(
        held ? own.forced() : own, tools::types, tools.parallel(), required());
  }

  private boolean required() {
    return tools.choice() == ToolRequest.Choice.REQUIRED;
  }

  /** Whether the tokens are held to anything. */
  boolean holds(OutputRules rules) {
    return format.json() || (tools.any() && tools.forced(rules.toolFormat()));
  }

  /**
   * What the tokens are held to, if it was compiled lately; null if it was not.
   *
   * @param reasons as in {@link #grammar}
   */
  @Nullable Grammar known(OutputRules rules, boolean reasons) {
    return rules.known(key(reasons));
  }

  /**
   * What the tokens are held to, where they are.
   *
   * @param reasons whether the prompt ended with the opening tag of the reasoning, which is free
   * @throws ApiException if it cannot be enforced
   */
  Grammar grammar(OutputRules rules, boolean reasons) {
    try {
      return rules.grammar(key(reasons), () -> compiled(rules, reasons));
    } catch (GrammarException e) {
      String where = format.json() ? "response_format" : "tools";
      throw ApiException.schema(where, String.valueOf(e.getMessage()));
    }
  }

  private String key(boolean reasons) {
    return this + " " + reasons;
  }

  private Grammar compiled(OutputRules rules, boolean reasons) {
    try {
      return Grammar.compile(whole(rules, reasons), rules.tokens());
    } catch (GrammarException e) {
      if (!tools.hasLooseSchemas()) {
        throw e;
      }
      OutputConstraint looser = new OutputConstraint(format, tools.withoutLooseSchemas());
      return Grammar.compile(looser.whole(rules, reasons), rules.tokens());
    }
  }

  private Expr whole(OutputRules rules, boolean reasons) {
    Expr answer = answer(rules);
    return reasons
        ? Expr.sequence(
            FreeText.through(END_OF_REASONING), Expr.optional(Expr.text("\n\n")), answer)
        : answer;
  }

  private Expr answer(OutputRules rules) {
    ToolFormat own = rules.toolFormat();
    NodeBudget budget = new NodeBudget();
    if (!tools.any()) {
      return json(budget);
    }
    TokenIndex tokens = rules.tokens();
    ToolGrammar grammar = new ToolGrammar(own.forced(), tokens, tools.parallel());
    List<ToolGrammar.Tool> callable =
        tools.tools().stream().map(tool -> callable(tool, budget)).toList();
    if (required()) {
      return grammar.calls(callable);
    }
    return format.json()
        ? Expr.choice(json(budget), grammar.calls(callable))
        : grammar.textOrCalls(callable);
  }

  private Expr json(NodeBudget budget) {
    JsonNode schema = format.schema();
    return schema == null
        ? JsonSchema.anyObject()
        : values(schema, ResponseFormat.SCHEMA_PATH, budget);
  }

  private static ToolGrammar.Tool callable(ToolRequest.Tool tool, NodeBudget budget) {
    return new ToolGrammar.Tool(tool.name(), arguments(tool, budget));
  }

  /** Without strict, a schema that cannot be enforced only means that the arguments are JSON. */
  private static Expr arguments(ToolRequest.Tool tool, NodeBudget budget) {
    JsonNode parameters = tool.parameters();
    if (parameters == null || parameters.isEmpty()) {
      return JsonSchema.anyObject();
    }
    if (tool.strict()) {
      return values(parameters, tool.path(), budget);
    }
    try {
      return JsonSchema.values(parameters, budget);
    } catch (SchemaException e) {
      return JsonSchema.anyObject();
    }
  }

  private static Expr values(JsonNode schema, String path, NodeBudget budget) {
    try {
      return JsonSchema.values(schema, budget);
    } catch (SchemaException e) {
      throw ApiException.schema(path + place(e.path()), String.valueOf(e.getMessage()));
    }
  }

  /** A JSON pointer in the way of the paths of other errors. */
  private static String place(String pointer) {
    Matcher step = STEP.matcher(pointer);
    return step.replaceAll(
        match -> {
          String name = match.group(1).replace("~1", "/").replace("~0", "~");
          boolean index = !name.isEmpty() && name.chars().allMatch(Character::isDigit);
          return Matcher.quoteReplacement(index ? "[" + name + "]" : "." + name);
        });
  }
}
