/** Builds the images of gateway and node, as OCI tars, without Docker. */
@NullMarked
package io.tokenlane.image;

import org.jspecify.annotations.NullMarked;
