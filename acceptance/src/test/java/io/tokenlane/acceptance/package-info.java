/** End-to-end tests: the launcher, real processes and real clients. */
@NullMarked
package io.tokenlane.acceptance;

import org.jspecify.annotations.NullMarked;
