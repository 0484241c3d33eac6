/** The rules of the house, as tests: who may see whom, and how the sources are kept. */
@NullMarked
package io.tokenlane.rules;

import org.jspecify.annotations.NullMarked;
