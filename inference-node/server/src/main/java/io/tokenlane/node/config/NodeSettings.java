package io.tokenlane.node.config;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the node, under {@code tokenlane.node}. Unknown keys fail the start.
 *
 * @param model a GGUF file or a Hugging Face folder; default: the embedded demo model
 * @param backend {@code auto} (the fastest that runs here), {@code cuda}, {@code vector} or {@code
 *     scalar}; default {@code auto}
 * @param threads threads that compute, 0 to 1024; 0, the default, takes one for each processor
 * @param servedModelName the name clients use; default: the file's name without its ending, or
 *     {@code tokenlane-demo}
 * @param kvCacheBytes memory for keys and values, 1 MB to 1 TB; default 256 MB
 * @param kvCacheType how keys and values are kept, {@code float32}, {@code float16} (half of the
 *     memory, on the cuda backend only) or {@code int8} (about a quarter); default {@code float32}
 * @param maxWaiting generations that may wait for their first step before new ones are refused with
 *     429; 1 to 100,000; default 256
 * @param queue the order of the queue and how long one may wait in it
 * @param targetItl wanted time from one token of an answer to its next, 0 to 1 minute: while steps
 *     last longer, they compute fewer tokens and fewer requests run at once; default 0: no goal
 * @param reasoning how long the model thinks where a request does not say
 * @param earlyExit whether tokens may leave the model early where a request does not say
 * @param cuda what the cuda backend may do
 * @param maxBodyBytes largest request body, 1 KB to 1 GB; default 16 MB
 */
@ConfigurationProperties(prefix = "tokenlane.node", ignoreUnknownFields = false)
public record NodeSettings(
    @Nullable String model,
    @DefaultValue("auto") String backend,
    @DefaultValue("0") int threads,
    @Nullable String servedModelName,
    @DefaultValue("256MB") DataSize kvCacheBytes,
    @DefaultValue("float32") String kvCacheType,
    @DefaultValue("256") int maxWaiting,
    @DefaultValue QueueSettings queue,
    @DefaultValue("0s") Duration targetItl,
    @DefaultValue ReasoningSettings reasoning,
    @DefaultValue EarlyExitSettings earlyExit,
    @DefaultValue CudaSettings cuda,
    @DefaultValue("16MB") DataSize maxBodyBytes) {

  private static final Set<String> BACKENDS = Set.of("auto", "cuda", "vector", "scalar");

  private static final Set<String> KV_CACHE_TYPES = Set.of("float32", "float16", "int8");

  public NodeSettings {
    model = Check.blankToNull(model);
    servedModelName = Check.blankToNull(servedModelName);
    Check.that(
        BACKENDS.contains(backend),
        "tokenlane.node.backend",
        backend,
        "auto, cuda, vector, scalar");
    Check.that(
        KV_CACHE_TYPES.contains(kvCacheType),
        "tokenlane.node.kv-cache-type",
        kvCacheType,
        "float32, float16 (cuda only) or int8");
    Check.range("tokenlane.node.threads", threads, 0, 1024);
    Check.range("tokenlane.node.max-waiting", maxWaiting, 1, 100_000);
    Check.duration("tokenlane.node.target-itl", targetItl, Duration.ofMinutes(1));
    checkSize("kv-cache-bytes", kvCacheBytes, DataSize.ofMegabytes(1), DataSize.ofTerabytes(1));
    checkSize("max-body-bytes", maxBodyBytes, DataSize.ofKilobytes(1), DataSize.ofGigabytes(1));
  }

  /** Threads that compute, at least 1. */
  public int computeThreads() {
    return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
  }

  private static void checkSize(String name, DataSize value, DataSize least, DataSize most) {
    Check.range("tokenlane.node." + name, value.toBytes(), least.toBytes(), most.toBytes());
  }
}
