/** Against a mock API server. */
@NullMarked
package io.tokenlane.kubernetes;

import org.jspecify.annotations.NullMarked;
