/** How much each key or tenant may ask: requests, tokens, calls at once, a budget a month. */
@NullMarked
package io.tokenlane.gateway.limit;

import org.jspecify.annotations.NullMarked;
