/** JMH benchmarks of the hot paths; {@code ./tokenlane bench micro} runs them. */
@NullMarked
package io.tokenlane.bench.micro;

import org.jspecify.annotations.NullMarked;
