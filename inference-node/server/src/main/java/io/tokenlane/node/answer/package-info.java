/** Text to tokens and tokens to text, away from the step thread of the engine. */
@NullMarked
package io.tokenlane.node.answer;

import org.jspecify.annotations.NullMarked;
