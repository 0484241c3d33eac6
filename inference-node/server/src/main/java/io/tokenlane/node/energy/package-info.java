/** The energy that the node takes: measured where the machine tells it, else estimated. */
@NullMarked
package io.tokenlane.node.energy;

import org.jspecify.annotations.NullMarked;
