/** Whole-system benchmarks ({@code ./tokenlane bench NAME}) and JMH benchmarks. */
@NullMarked
package io.tokenlane.bench;

import org.jspecify.annotations.NullMarked;
