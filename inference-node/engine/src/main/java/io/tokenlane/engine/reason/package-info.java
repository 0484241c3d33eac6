/** Tells a model's reasoning from its answer. */
@NullMarked
package io.tokenlane.engine.reason;

import org.jspecify.annotations.NullMarked;
