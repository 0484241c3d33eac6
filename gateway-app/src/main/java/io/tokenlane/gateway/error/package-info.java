/** What clients and operators read when something goes wrong. */
@NullMarked
package io.tokenlane.gateway.error;

import org.jspecify.annotations.NullMarked;
