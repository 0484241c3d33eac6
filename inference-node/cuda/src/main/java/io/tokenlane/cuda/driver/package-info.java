/** The few calls of the CUDA driver that the backend makes, and what makes them. */
@NullMarked
package io.tokenlane.cuda.driver;

import org.jspecify.annotations.NullMarked;
