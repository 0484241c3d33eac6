/** Validated settings. */
@NullMarked
package io.tokenlane.node.config;

import org.jspecify.annotations.NullMarked;
