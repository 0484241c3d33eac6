/** Commands that run without a server. */
@NullMarked
package io.tokenlane.node.cli;

import org.jspecify.annotations.NullMarked;
