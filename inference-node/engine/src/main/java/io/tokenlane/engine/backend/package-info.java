/** The operations a forward pass is made of, and the devices that run them. */
@NullMarked
package io.tokenlane.engine.backend;

import org.jspecify.annotations.NullMarked;
