/** The engine's backend for NVIDIA GPUs: packs weights and batches, and launches its kernels. */
@NullMarked
package io.tokenlane.cuda;

import org.jspecify.annotations.NullMarked;
