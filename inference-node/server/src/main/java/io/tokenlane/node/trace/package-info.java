/** Traces: the node continues the gateway's, and its meters show examples of them. */
@NullMarked
package io.tokenlane.node.trace;

import org.jspecify.annotations.NullMarked;
