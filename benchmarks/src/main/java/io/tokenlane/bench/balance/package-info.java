/** Balancing policies under load: in virtual time, and on real sockets beside nginx and haproxy. */
@NullMarked
package io.tokenlane.bench.balance;

import org.jspecify.annotations.NullMarked;
