package io.tokenlane.gateway.compress;

import static io.tokenlane.gateway.compress.CompressionProperties.either;
import static io.tokenlane.gateway.compress.CompressionProperties.require;

import io.tokenlane.compress.CompressionPolicy;
import io.tokenlane.compress.Protection;
import io.tokenlane.compress.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What holds for the prompts of one route.
 *
 * @param encoding of this route's models; null where each model's name tells
 * @param ladder what may be done to a message, the mildest first; empty where nothing may
 * @param targetRate the share saved from which on no later step of the ladder is tried; where none
 *     reaches it, what saves most is taken
 */
record RoutePolicy(
    CompressionMode mode,
    @Nullable String encoding,
    Set<String> roles,
    List<CompressionPolicy> ladder,
    int budgetTokens,
    double targetRate,
    boolean restoreAnswers,
    boolean minesTemplates,
    double pricePerMillionTokens) {

  private static final Set<Rule> READING_AS_BEFORE = EnumSet.of(Rule.WHITESPACE, Rule.JSON_MINIFY);

  /** How many steps of a ladder take no words. */
  private static final int LOSSLESS_STEPS = 2;

  static RoutePolicy of(CompressionProperties all, @Nullable RouteCompressionProperties route) {
    RouteCompressionProperties own =
        route == null
            ? new RouteCompressionProperties(
                null, null, null, null, null, null, null, null, null, null, null, null)
            : route;
    CompressionMode mode = all.enabled() ? either(own.mode(), all.mode()) : CompressionMode.OFF;
    int minimum = either(own.minimumChars(), all.minimumChars());
    int budget = either(own.budgetTokens(), all.budgetTokens());
    double target = either(own.targetRate(), all.targetRate());
    double price = either(own.pricePerMillionTokens(), all.pricePerMillionTokens());
    Set<Rule> rules =
        either(own.rules(), all.rules()).stream()
            .map(RoutePolicy::lossless)
            .collect(Collectors.toSet());
    Protection protection = Protection.of(either(own.protect(), all.protect()));
    boolean background = either(own.backgroundWords(), all.backgroundWords());
    List<CompressionPolicy> steps =
        steps(mode, new CompressionPolicy(rules, minimum, protection), background);
    return new RoutePolicy(
        mode,
        own.encoding(),
        Set.copyOf(either(own.roles(), all.roles())),
        target < 1 ? steps : furthest(steps),
        budget,
        target,
        either(own.restoreAnswers(), all.restoreAnswers()),
        either(own.minesTemplates(), all.minesTemplates()),
        price);
  }

  static Rule lossless(String name) {
    List<String> known =
        Arrays.stream(Rule.values()).filter(Rule.LOSSLESS::contains).map(Rule::id).toList();
    require("rules", name, known.contains(name), "some of " + String.join(", ", known));
    return Rule.named(name);
  }

  private static List<CompressionPolicy> steps(
      CompressionMode mode, CompressionPolicy lossless, boolean background) {
    if (mode == CompressionMode.OFF || mode == CompressionMode.T) {
      return List.of();
    }
    List<CompressionPolicy> steps = new ArrayList<>();
    Set<Rule> mild = EnumSet.copyOf(READING_AS_BEFORE);
    mild.retainAll(lossless.rules());
    steps.add(with(lossless, mild));
    steps.add(lossless);
    if (mode.compareTo(CompressionMode.S_SAFE) >= 0) {
      steps.add(with(lossless, more(lossless, Rule.GRAMMAR_SAFE)));
    }
    if (mode == CompressionMode.S_AGGRESSIVE) {
      steps.add(with(lossless, more(lossless, Rule.GRAMMAR_AGGRESSIVE)));
    }
    if (mode == CompressionMode.S_AGGRESSIVE && background) {
      steps.add(with(lossless, more(lossless, Rule.BACKGROUND_WORDS)));
    }
    return List.copyOf(steps);
  }

  /**
   * Nobody asks for less: the lossless rules, and all there are, which may save less than these.
   */
  private static List<CompressionPolicy> furthest(List<CompressionPolicy> steps) {
    return steps.size() <= LOSSLESS_STEPS
        ? steps.stream().skip(1).toList()
        : List.of(steps.get(LOSSLESS_STEPS - 1), steps.getLast());
  }

  private static Set<Rule> more(CompressionPolicy policy, Rule rule) {
    Set<Rule> rules = EnumSet.of(rule);
    rules.addAll(policy.rules());
    return rules;
  }

  private static CompressionPolicy with(CompressionPolicy policy, Set<Rule> rules) {
    return new CompressionPolicy(rules, policy.minimumChars(), policy.protection());
  }

  /** Whether prompts go out as they came. */
  boolean onlyReports() {
    return mode == CompressionMode.DRY_RUN;
  }

  /** Texts shorter than this are left as they are, whatever they say; UTF-16 units. */
  int shortest() {
    return ladder.isEmpty() ? Integer.MAX_VALUE : ladder.getFirst().minimumChars();
  }

  /** The same, done rather than reported. */
  RoutePolicy done() {
    return new RoutePolicy(
        onlyReports() ? CompressionMode.L : mode,
        encoding,
        roles,
        ladder,
        budgetTokens,
        targetRate,
        restoreAnswers,
        minesTemplates,
        pricePerMillionTokens);
  }
}
