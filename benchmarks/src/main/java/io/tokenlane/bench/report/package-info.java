/** What a benchmark found: rows, the machine, and their table, JSON and plot. */
@NullMarked
package io.tokenlane.bench.report;

import org.jspecify.annotations.NullMarked;
