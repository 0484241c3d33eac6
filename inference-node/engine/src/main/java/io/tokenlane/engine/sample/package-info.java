/** From logits to the next token. */
@NullMarked
package io.tokenlane.engine.sample;

import org.jspecify.annotations.NullMarked;
