/** Benchmarks of the CUDA backend. */
@NullMarked
package io.tokenlane.bench.cuda;

import org.jspecify.annotations.NullMarked;
