/** The third filter: makes the prompt smaller. */
@NullMarked
package io.tokenlane.gateway.compress;

import org.jspecify.annotations.NullMarked;
