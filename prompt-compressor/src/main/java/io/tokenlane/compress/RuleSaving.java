package io.tokenlane.compress;

/**
 * What one applied rule brought.
 *
 * @param tokens tokens saved, legend included; &gt; 0
 */
public record RuleSaving(Rule rule, int tokens) {}
