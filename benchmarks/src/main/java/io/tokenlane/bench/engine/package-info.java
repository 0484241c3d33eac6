/** {@code bench engine}: the inference engine beside llama.cpp and beside its own simpler modes. */
@NullMarked
package io.tokenlane.bench.engine;

import org.jspecify.annotations.NullMarked;
