/** Pure choices among candidate nodes, by name. */
@NullMarked
package io.tokenlane.balance.strategy;

import org.jspecify.annotations.NullMarked;
