/** What early exits and limits of the reasoning save on the demo model's tasks. */
@NullMarked
package io.tokenlane.bench.adaptive;

import org.jspecify.annotations.NullMarked;
