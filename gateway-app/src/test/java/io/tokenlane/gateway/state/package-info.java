@NullMarked
package io.tokenlane.gateway.state;

import org.jspecify.annotations.NullMarked;
