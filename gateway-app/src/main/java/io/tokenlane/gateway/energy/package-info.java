/** What the gateway itself takes, and how much carbon a kilowatt-hour costs now. */
@NullMarked
package io.tokenlane.gateway.energy;

import org.jspecify.annotations.NullMarked;
