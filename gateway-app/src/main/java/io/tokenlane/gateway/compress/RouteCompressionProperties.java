package io.tokenlane.gateway.compress;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One of {@code tokenlane.compression.routes}, by the route's id; what is not set holds as for all
 * routes.
 *
 * @param mode how far prompts are compressed
 * @param encoding the encoding of this route's models, whatever their names tell
 * @param roles roles whose messages may be compressed
 * @param rules the lossless rules that may be applied
 * @param backgroundWords whether {@code S-aggressive} takes common words too
 * @param minimumChars texts shorter than this pass untouched, in UTF-16 units; ≥ 0
 * @param budgetTokens messages within the first so many tokens of a prompt pass untouched; ≥ 0
 * @param targetRate the mildest rules that save this share of a message are used; 0 to 1
 * @param protect regular expressions of what stays byte for byte
 * @param restoreAnswers whether names in answers are written out
 * @param minesTemplates whether templates are mined from this route's prompts
 * @param pricePerMillionTokens what a million prompt tokens cost, in any currency; ≥ 0
 */
public record RouteCompressionProperties(
    @Nullable CompressionMode mode,
    @Nullable String encoding,
    @Nullable Set<String> roles,
    @Nullable Set<String> rules,
    @Nullable Boolean backgroundWords,
    @Nullable Integer minimumChars,
    @Nullable Integer budgetTokens,
    @Nullable Double targetRate,
    @Nullable List<String> protect,
    @Nullable Boolean restoreAnswers,
    @Nullable Boolean minesTemplates,
    @Nullable Double pricePerMillionTokens) {

  /** Checks the ranges of what is set. */
  public RouteCompressionProperties {
    if (rules != null) {
      rules.forEach(RoutePolicy::lossless);
    }
    if (encoding != null) {
      CompressionProperties.requireKnown(encoding);
    }
    atLeastZero("minimum_chars", minimumChars);
    atLeastZero("budget_tokens", budgetTokens);
    atLeastZero("target_rate", targetRate);
    atLeastZero("price_per_million_tokens", pricePerMillionTokens);
    CompressionProperties.require(
        "target_rate", String.valueOf(targetRate), targetRate == null || targetRate <= 1, "0 to 1");
  }

  private static void atLeastZero(String name, @Nullable Number value) {
    CompressionProperties.require(
        name, String.valueOf(value), value == null || value.doubleValue() >= 0, ">= 0");
  }
}
