/** Finds, loads and holds the model, and tells whether it is ready. */
@NullMarked
package io.tokenlane.node.load;

import org.jspecify.annotations.NullMarked;
