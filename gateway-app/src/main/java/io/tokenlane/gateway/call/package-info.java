/** One request on its way: the parsed call, and the trail it leaves. */
@NullMarked
package io.tokenlane.gateway.call;

import org.jspecify.annotations.NullMarked;
