@NullMarked
package io.tokenlane.compress;

import org.jspecify.annotations.NullMarked;
