/** The answer cache: bounded in bytes, one time to live per answer, one upstream fetch per miss. */
@NullMarked
package io.tokenlane.prefetch.cache;

import org.jspecify.annotations.NullMarked;
