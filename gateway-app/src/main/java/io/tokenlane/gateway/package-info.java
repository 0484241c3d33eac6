/** The gateway: the process that apps talk to. */
@NullMarked
package io.tokenlane.gateway;

import org.jspecify.annotations.NullMarked;
