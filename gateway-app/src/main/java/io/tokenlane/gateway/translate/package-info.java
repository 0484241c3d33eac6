/**
 * Calls by Anthropic's messages and OpenAI's responses, put to nodes that speak chat completions;
 * their answers and streams put back.
 */
@NullMarked
package io.tokenlane.gateway.translate;

import org.jspecify.annotations.NullMarked;
