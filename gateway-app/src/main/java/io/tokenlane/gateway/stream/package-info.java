/** Streams of events: whole events only, their usage, signs of life in their pauses. */
@NullMarked
package io.tokenlane.gateway.stream;

import org.jspecify.annotations.NullMarked;
