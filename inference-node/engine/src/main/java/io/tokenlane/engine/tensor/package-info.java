/** Weights as they lie in a checkpoint's memory. */
@NullMarked
package io.tokenlane.engine.tensor;

import org.jspecify.annotations.NullMarked;
