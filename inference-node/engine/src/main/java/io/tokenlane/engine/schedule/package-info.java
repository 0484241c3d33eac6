/** Decides which tokens of which sequences a step computes. */
@NullMarked
package io.tokenlane.engine.schedule;

import org.jspecify.annotations.NullMarked;
