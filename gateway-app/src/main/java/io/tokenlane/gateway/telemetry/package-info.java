/** The outermost filter: ends every exchange, counts it and logs it. */
@NullMarked
package io.tokenlane.gateway.telemetry;

import org.jspecify.annotations.NullMarked;
