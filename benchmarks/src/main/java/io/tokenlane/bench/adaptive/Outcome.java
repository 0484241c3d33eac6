package io.tokenlane.bench.adaptive;

import io.tokenlane.bench.adaptive.DemoEngine.Way;
import io.tokenlane.engine.reason.ReasoningRules;
import java.util.List;

/**
 * What a set of rules comes to over some tasks.
 *
 * @param accuracy share of right answers, 0 to 1
 * @param steps mean steps of the reasoning
 * @param tokens mean tokens of the reasoning, tags included
 */
record Outcome(ReasoningRules rules, double accuracy, double steps, double tokens) {
  private static final int AT_ONCE = 32;

  static Outcome of(DemoEngine engine, List<Question> tasks, ReasoningRules rules) {
    List<DemoAnswer> answers = engine.askAll(tasks, Way.rules(rules), AT_ONCE);
    int right = 0;
    long steps = 0;
    long tokens = 0;
    for (int i = 0; i < tasks.size(); i++) {
      right += answers.get(i).isRight(tasks.get(i)) ? 1 : 0;
      steps += answers.get(i).steps();
      tokens += answers.get(i).reasoningTokens();
    }
    double count = tasks.size();
    return new Outcome(rules, right / count, steps / count, tokens / count);
  }
}
