/** The inference engine: submit token ids, receive generation events. */
@NullMarked
package io.tokenlane.engine;

import org.jspecify.annotations.NullMarked;
