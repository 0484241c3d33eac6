@NullMarked
package io.tokenlane.gateway.pass;

import org.jspecify.annotations.NullMarked;
