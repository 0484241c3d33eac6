/** Machine code for x86-64 with AVX2, assembled when the process starts. */
@NullMarked
package io.tokenlane.engine.backend.x86;

import org.jspecify.annotations.NullMarked;
