/** Active health checks: asks every node at an interval whether it is well. */
@NullMarked
package io.tokenlane.balance.health;

import org.jspecify.annotations.NullMarked;
