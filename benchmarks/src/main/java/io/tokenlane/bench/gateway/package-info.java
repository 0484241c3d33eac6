/** The gateway beside its peers, on real sockets: latency, throughput, streams, logging, faults. */
@NullMarked
package io.tokenlane.bench.gateway;

import org.jspecify.annotations.NullMarked;
