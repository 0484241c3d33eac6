@NullMarked
package io.tokenlane.balance.health;

import org.jspecify.annotations.NullMarked;
