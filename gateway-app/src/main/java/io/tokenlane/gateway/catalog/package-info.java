/** Which models the nodes serve: the merged list, and who is not asked for a model. */
@NullMarked
package io.tokenlane.gateway.catalog;

import org.jspecify.annotations.NullMarked;
