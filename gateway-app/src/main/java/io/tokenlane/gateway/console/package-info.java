/** The web page for operators and developers: live numbers, why things happened, a few actions. */
@NullMarked
package io.tokenlane.gateway.console;

import org.jspecify.annotations.NullMarked;
