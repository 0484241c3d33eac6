/** Makes prompts smaller in tokens without losing a byte. */
@NullMarked
package io.tokenlane.compress;

import org.jspecify.annotations.NullMarked;
