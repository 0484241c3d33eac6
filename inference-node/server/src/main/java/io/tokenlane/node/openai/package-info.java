/** OpenAI's wire format: requests in, answers, streams and errors out. */
@NullMarked
package io.tokenlane.node.openai;

import org.jspecify.annotations.NullMarked;
