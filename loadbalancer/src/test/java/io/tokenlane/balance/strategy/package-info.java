@NullMarked
package io.tokenlane.balance.strategy;

import org.jspecify.annotations.NullMarked;
