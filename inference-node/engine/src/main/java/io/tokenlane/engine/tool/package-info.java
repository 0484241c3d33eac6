/** Tool calls in the text of models: their formats, read from and forced onto the output. */
@NullMarked
package io.tokenlane.engine.tool;

import org.jspecify.annotations.NullMarked;
