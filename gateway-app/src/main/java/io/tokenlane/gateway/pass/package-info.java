/** Requests of plain routes that nothing has to be done for, from codec to codec. */
@NullMarked
package io.tokenlane.gateway.pass;

import org.jspecify.annotations.NullMarked;
