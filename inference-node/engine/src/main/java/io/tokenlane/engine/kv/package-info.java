/**
 * Who owns which block of the paged KV cache, and which prefixes it already holds. Depends on
 * nothing.
 */
@NullMarked
package io.tokenlane.engine.kv;

import org.jspecify.annotations.NullMarked;
