/** Who may come in: API keys, JSON web tokens, client certificates; each proves one principal. */
@NullMarked
package io.tokenlane.gateway.security;

import org.jspecify.annotations.NullMarked;
