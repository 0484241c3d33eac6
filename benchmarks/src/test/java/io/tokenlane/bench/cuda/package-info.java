@NullMarked
package io.tokenlane.bench.cuda;

import org.jspecify.annotations.NullMarked;
