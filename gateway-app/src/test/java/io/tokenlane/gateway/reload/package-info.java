@NullMarked
package io.tokenlane.gateway.reload;

import org.jspecify.annotations.NullMarked;
