/** The gateway that ours is measured against. */
@NullMarked
package io.tokenlane.bench.plain;

import org.jspecify.annotations.NullMarked;
