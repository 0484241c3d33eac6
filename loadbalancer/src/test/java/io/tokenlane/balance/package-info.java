@NullMarked
package io.tokenlane.balance;

import org.jspecify.annotations.NullMarked;
