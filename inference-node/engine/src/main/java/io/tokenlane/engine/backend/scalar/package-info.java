/** The oracle: every operation as plain float32 loops. */
@NullMarked
package io.tokenlane.engine.backend.scalar;

import org.jspecify.annotations.NullMarked;
