/** The first filter: caps the body and parses it once. */
@NullMarked
package io.tokenlane.gateway.admission;

import org.jspecify.annotations.NullMarked;
