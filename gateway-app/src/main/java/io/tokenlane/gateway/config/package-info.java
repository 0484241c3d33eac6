/** Binding of the configuration file to validated records. */
@NullMarked
package io.tokenlane.gateway.config;

import org.jspecify.annotations.NullMarked;
