package io.tokenlane.gateway.compress;

import io.tokenlane.compress.TokenCounters;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.compression}.
 *
 * @param enabled whether prompts are compressed; default true
 * @param mode how far: {@code off}, {@code dry-run}, {@code T}, {@code L}, {@code S-safe}, {@code
 *     S-aggressive}; default L
 * @param encoding the encoding whose tokens are counted, {@code o200k_base} or {@code cl100k_base},
 *     for models whose name tells none; default o200k_base
 * @param rules the lossless rules that may be applied, by name: {@code whitespace}, {@code
 *     json-minify}, {@code line-numbers}, {@code repeats}, {@code dictionary}; default all. The
 *     last two put names into the text, which a small model may not follow
 * @param backgroundWords whether {@code S-aggressive} takes common words too, after everything
 *     milder: content is lost to the model; default true
 * @param minimumChars texts shorter than this pass untouched, in UTF-16 units; ≥ 0, default 400
 * @param roles roles whose messages may be compressed; default system, developer, user, tool
 * @param budgetTokens messages within the first so many tokens of a prompt pass untouched; ≥ 0,
 *     default 0
 * @param targetRate the mildest rules that save this share of a message are used, else those that
 *     save most; 0 to 1, default 1: the lossless rules or all, whichever save more
 * @param protect regular expressions of what stays byte for byte; default none
 * @param restoreAnswers whether names in answers are written out; default false
 * @param minesTemplates whether templates are mined from prompts; default false
 * @param pricePerMillionTokens what a million prompt tokens cost, in any currency; ≥ 0, default 0:
 *     not counted
 * @param threads threads that compress at once; ≥ 1, default 2
 * @param queue calls that may wait for a thread, more pass uncompressed; ≥ 1, default 256
 * @param cacheChars how much compressed text is kept for messages that come again, in UTF-16 units;
 *     ≥ 0, default 4194304
 * @param templates templates known from the start
 * @param routes what differs for a route, by its id
 */
public record CompressionProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("L") CompressionMode mode,
    @DefaultValue("o200k_base") String encoding,
    @DefaultValue({"whitespace", "json-minify", "line-numbers", "repeats", "dictionary"})
        Set<String> rules,
    @DefaultValue("true") boolean backgroundWords,
    @DefaultValue("400") int minimumChars,
    @DefaultValue({"system", "developer", "user", "tool"}) Set<String> roles,
    @DefaultValue("0") int budgetTokens,
    @DefaultValue("1") double targetRate,
    @DefaultValue List<String> protect,
    @DefaultValue("false") boolean restoreAnswers,
    @DefaultValue("false") boolean minesTemplates,
    @DefaultValue("0") double pricePerMillionTokens,
    @DefaultValue("2") int threads,
    @DefaultValue("256") int queue,
    @DefaultValue("4194304") long cacheChars,
    @DefaultValue List<TemplateProperties> templates,
    @DefaultValue Map<String, RouteCompressionProperties> routes) {

  /** Checks the ranges. */
  public CompressionProperties {
    roles = Set.copyOf(roles);
    rules = Set.copyOf(rules);
    protect = List.copyOf(protect);
    templates = List.copyOf(templates);
    routes = Map.copyOf(routes);
    requireKnown(encoding);
    rules.forEach(RoutePolicy::lossless);
    require("minimum_chars", minimumChars, minimumChars >= 0, ">= 0");
    require("budget_tokens", budgetTokens, budgetTokens >= 0, ">= 0");
    require("target_rate", targetRate, targetRate >= 0 && targetRate <= 1, "0 to 1");
    require("price_per_million_tokens", pricePerMillionTokens, pricePerMillionTokens >= 0, ">= 0");
    require("threads", threads, threads >= 1, ">= 1");
    require("queue", queue, queue >= 1, ">= 1");
    require("cache_chars", cacheChars, cacheChars >= 0, ">= 0");
  }

  static void requireKnown(String encoding) {
    require("encoding", encoding, TokenCounters.isKnown(encoding), "o200k_base or cl100k_base");
  }

  static void require(String name, Object value, boolean holds, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }

  /** What holds for a route. */
  RoutePolicy policy(String route) {
    return RoutePolicy.of(this, routes.get(route));
  }

  /** What holds for a route without settings of its own; checked at the start, as all others. */
  RoutePolicy policy() {
    return RoutePolicy.of(this, null);
  }

  static <T> T either(@Nullable T own, T common) {
    return own == null ? common : own;
  }
}
