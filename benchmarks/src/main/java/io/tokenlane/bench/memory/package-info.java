/** What a node's memory holds beside its model. */
@NullMarked
package io.tokenlane.bench.memory;

import org.jspecify.annotations.NullMarked;
