/** The inference node: an HTTP server around one engine. */
@NullMarked
package io.tokenlane.node;

import org.jspecify.annotations.NullMarked;
