/** Energy, on counters in files and a clock that is set. */
@NullMarked
package io.tokenlane.node.energy;

import org.jspecify.annotations.NullMarked;
