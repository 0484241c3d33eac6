/** Weights and activations as 8-bit integers, laid out for kernels that multiply whole tiles. */
@NullMarked
package io.tokenlane.engine.backend.int8;

import org.jspecify.annotations.NullMarked;
