/** Prompt templates: registered or mined, rendered, and renderings as id and variables. */
@NullMarked
package io.tokenlane.compress.template;

import org.jspecify.annotations.NullMarked;
