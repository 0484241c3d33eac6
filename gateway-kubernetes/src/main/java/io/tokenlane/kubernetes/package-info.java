/** Nodes as the Kubernetes API tells them: the pods of a service, from its EndpointSlices. */
@NullMarked
package io.tokenlane.kubernetes;

import org.jspecify.annotations.NullMarked;
