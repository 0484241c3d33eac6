package io.tokenlane.engine.backend;

/**
 * The memory of a paged KV cache on a backend's device: for every layer, keys and values of {@code
 * blocks * blockSize} token slots. Which block belongs to whom is not known here; that is {@code
 * io.tokenlane.engine.kv}.
 */
public interface KvStore extends AutoCloseable {

  /** Number of blocks. */
  int blocks();

  /** Token slots in a block. */
  int blockSize();

  /** Size in bytes, all layers, keys and values. */
  long bytes();

  /** Copies all layers of block {@code from} to block {@code to}, for copy-on-write. */
  void copyBlock(int from, int to);

  @Override
  void close();
}
