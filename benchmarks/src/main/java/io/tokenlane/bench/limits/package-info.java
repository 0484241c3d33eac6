/** The gateway inside a container's limits and beside loud neighbours. */
@NullMarked
package io.tokenlane.bench.limits;

import org.jspecify.annotations.NullMarked;
