/** Finds out behind which layers a model's tokens may leave, and by which probability. */
@NullMarked
package io.tokenlane.node.calibrate;

import org.jspecify.annotations.NullMarked;
