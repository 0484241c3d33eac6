/** Whether two questions are the same though their words are not. No sockets, no clock. */
@NullMarked
package io.tokenlane.prefetch.semantic;

import org.jspecify.annotations.NullMarked;
