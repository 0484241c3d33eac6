/**
 * Chat templates: a compact, sandboxed Jinja, exact where models use it. Depends on nothing but the
 * JDK.
 */
@NullMarked
package io.tokenlane.engine.chat;

import org.jspecify.annotations.NullMarked;
