/** What is done again and again, for as long as there is something to do. */
@NullMarked
package io.tokenlane.gateway.clock;

import org.jspecify.annotations.NullMarked;
