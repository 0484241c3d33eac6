/** What will be asked next, and whether fetching it ahead is worth it. No sockets, no clock. */
@NullMarked
package io.tokenlane.prefetch.predict;

import org.jspecify.annotations.NullMarked;
