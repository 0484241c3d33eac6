/** Memory and tables that the CPU backends share. */
@NullMarked
package io.tokenlane.engine.backend.host;

import org.jspecify.annotations.NullMarked;
