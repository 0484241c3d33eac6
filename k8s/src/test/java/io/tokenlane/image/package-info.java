/** Images as they come out: read, unpacked and booted. */
@NullMarked
package io.tokenlane.image;

import org.jspecify.annotations.NullMarked;
