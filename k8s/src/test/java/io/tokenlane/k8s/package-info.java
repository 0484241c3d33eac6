/**
 * The manifests of {@code k8s/}: rendered, read as what the API server would read, and compared.
 */
@NullMarked
package io.tokenlane.k8s;

import org.jspecify.annotations.NullMarked;
