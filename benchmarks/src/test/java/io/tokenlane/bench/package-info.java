@NullMarked
package io.tokenlane.bench;

import org.jspecify.annotations.NullMarked;
