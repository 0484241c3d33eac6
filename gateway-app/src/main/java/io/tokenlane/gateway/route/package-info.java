/** Where requests go, and through which filters in which order. */
@NullMarked
package io.tokenlane.gateway.route;

import org.jspecify.annotations.NullMarked;
