/** Fetching answers before they are asked for. */
@NullMarked
package io.tokenlane.prefetch;

import org.jspecify.annotations.NullMarked;
