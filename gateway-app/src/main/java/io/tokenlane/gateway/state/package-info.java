/** The few small files that outlive a gateway, in the folder that TOKENLANE_STATE_DIR names. */
@NullMarked
package io.tokenlane.gateway.state;

import org.jspecify.annotations.NullMarked;
