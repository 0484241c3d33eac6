/** A changed configuration file taken over while the gateway runs. */
@NullMarked
package io.tokenlane.gateway.reload;

import org.jspecify.annotations.NullMarked;
