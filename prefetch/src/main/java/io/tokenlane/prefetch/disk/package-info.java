/** Stored answers on disk, so that a restart does not lose them. */
@NullMarked
package io.tokenlane.prefetch.disk;

import org.jspecify.annotations.NullMarked;
