/** The second filter: answers what is already known. */
@NullMarked
package io.tokenlane.gateway.cache;

import org.jspecify.annotations.NullMarked;
