/** Operations on the CPU's vector units, by the JDK's Vector API. */
@NullMarked
package io.tokenlane.engine.backend.vector;

import org.jspecify.annotations.NullMarked;
