package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.DeviceFacts;
import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.BackendProvider;
import java.util.List;
import java.util.Optional;

/**
 * The CUDA backend with projections whose inputs are split among the blocks of a cluster, wherever
 * there are such. The number of threads that kits vary says which of these.
 */
public final class SplitProvider implements BackendProvider {
  private static final int WAYS = 3;

  private final BackendProvider provider;

  /**
   * Wraps another.
   *
   * @param provider of a CUDA backend
   */
  public SplitProvider(BackendProvider provider) {
    this.provider = provider;
  }

  @Override
  public String name() {
    return provider.name();
  }

  @Override
  public int preference() {
    return provider.preference();
  }

  @Override
  public Optional<String> unavailable() {
    return provider.unavailable();
  }

  @Override
  public Backend create(BackendOptions options) {
    Backend backend = provider.create(options);
    int way = (options.threads() - 1) % WAYS;
    ((CudaBackend) backend).runner().choose((projection, on) -> split(projection, on, way));
    return backend;
  }

  private static Tile split(Projection projection, DeviceFacts device, int way) {
    List<Tile> split =
        Tile.candidates(projection, device).stream().filter(tile -> tile.cluster() > 1).toList();
    return split.isEmpty() ? Tile.of(projection, device) : split.get(way * split.size() / WAYS);
  }
}
