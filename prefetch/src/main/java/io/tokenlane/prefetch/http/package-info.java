/** HTTP caching (RFC 9111, 9110, 9211) as pure functions: no state, no clock, no sockets. */
@NullMarked
package io.tokenlane.prefetch.http;

import org.jspecify.annotations.NullMarked;
