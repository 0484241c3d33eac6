/** Text to token ids and back. Depends on nothing. */
@NullMarked
package io.tokenlane.engine.token;

import org.jspecify.annotations.NullMarked;
