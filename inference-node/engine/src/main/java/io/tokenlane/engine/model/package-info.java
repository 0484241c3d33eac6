/** Decoder architectures, written once in terms of backend operations. */
@NullMarked
package io.tokenlane.engine.model;

import org.jspecify.annotations.NullMarked;
