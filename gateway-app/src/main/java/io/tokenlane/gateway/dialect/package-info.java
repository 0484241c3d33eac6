/** What OpenAI-compatible servers say otherwise than OpenAI does. */
@NullMarked
package io.tokenlane.gateway.dialect;

import org.jspecify.annotations.NullMarked;
