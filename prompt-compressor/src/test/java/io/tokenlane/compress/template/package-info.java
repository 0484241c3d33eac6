@NullMarked
package io.tokenlane.compress.template;

import org.jspecify.annotations.NullMarked;
