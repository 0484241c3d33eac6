package io.tokenlane.gateway.cache;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/**
 * {@code tokenlane.cache.disk}: where stored answers outlive a restart.
 *
 * @param folder where the files lie; made where it is not there
 * @param maxSize bound of all files together; ≥ 1 MB, default: four times what is stored in memory
 */
public record DiskProperties(Path folder, @Nullable DataSize maxSize) {
  /** Checks the range. */
  public DiskProperties {
    if (maxSize != null && maxSize.compareTo(DataSize.ofMegabytes(1)) < 0) {
      throw new IllegalArgumentException("max_size: " + maxSize + " (expected: >= 1MB)");
    }
  }
}
