/** From generation events to text: decoding, stop strings, reasoning. */
@NullMarked
package io.tokenlane.node.answer;

import org.jspecify.annotations.NullMarked;
