/** The fleet of nodes, what is known about each, and leases on them. */
@NullMarked
package io.tokenlane.balance;

import org.jspecify.annotations.NullMarked;
