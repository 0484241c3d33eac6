/** The fourth filter: chooses a node, and another one where the first fails. */
@NullMarked
package io.tokenlane.gateway.balance;

import org.jspecify.annotations.NullMarked;
