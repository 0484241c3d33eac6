@NullMarked
package io.tokenlane.bench.balance;

import org.jspecify.annotations.NullMarked;
