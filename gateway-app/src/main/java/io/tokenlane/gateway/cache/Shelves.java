package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.AnswerFormat;
import io.tokenlane.prefetch.disk.DiskLog;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.util.unit.DataSize;

/** Where stored answers lie beside the memory: on disk, and in Redis. */
final class Shelves implements DisposableBean {
  private static final Logger LOG = LoggerFactory.getLogger(Shelves.class);
  private static final int DISK_FOR_MEMORY = 4;

  private final IdentityHashMap<AnswerCache, SharedAnswers> shared = new IdentityHashMap<>();
  private final IdentityHashMap<AnswerCache, SemanticLevel> similar = new IdentityHashMap<>();
  private final List<RedisLine> lines = new ArrayList<>();
  private final List<DiskLog> logs = new ArrayList<>();

  Shelves(CacheProperties properties, RouteCaches caches, ScheduledExecutorService clockwork) {
    AnswerFormat format = new AnswerFormat(System::nanoTime, InstantSource.system());
    String settings = properties.fingerprint();
    caches
        .named()
        .forEach(
            (name, cache) -> {
              persist(properties, format, name, cache, settings);
              share(properties, format, clockwork, name, cache);
              SemanticProperties semantic = properties.semantic();
              if (semantic != null && properties.enabled()) {
                similar.put(cache, new SemanticLevel(semantic, cache));
              }
            });
  }

  private void persist(
      CacheProperties properties,
      AnswerFormat format,
      String name,
      AnswerCache cache,
      String settings) {
    DiskProperties disk = properties.disk();
    if (disk == null || !properties.enabled()) {
      return;
    }
    DataSize all = disk.maxSize();
    double share = all == null ? DISK_FOR_MEMORY : (double) all.toBytes() / memory(properties);
    Path folder = disk.folder().resolve(name);
    try {
      DiskLog log = new DiskLog(folder, (long) (cache.maxBytes() * share), settings, cache, format);
      logs.add(log);
      if (log.unread() != null) {
        LOG.warn("{}: what an earlier run stored cannot be read and is lost", folder, log.unread());
      }
      LOG.info("{}: {} answers of an earlier run", folder, cache.size());
    } catch (IOException | SecurityException e) {
      String why =
          e instanceof FileSystemException f && f.getReason() != null ? ": " + f.getReason() : "";
      throw new IllegalArgumentException(
          "tokenlane.cache.disk.folder: "
              + disk.folder()
              + why
              + " (expected: a folder of this gateway alone to write in)",
          e);
    }
  }

  private static long memory(CacheProperties properties) {
    return properties.maxSize().toBytes()
        + properties.routes().values().stream()
            .mapToLong(
                route -> {
                  DataSize own = route.maxSize();
                  return own == null ? 0 : own.toBytes();
                })
            .sum();
  }

  private void share(
      CacheProperties properties,
      AnswerFormat format,
      ScheduledExecutorService clockwork,
      String name,
      AnswerCache cache) {
    SharedCacheProperties redis = properties.redis();
    if (redis != null && properties.enabled()) {
      RedisLine line = new RedisLine(redis, clockwork);
      lines.add(line);
      shared.put(
          cache, new SharedAnswers(cache, format, line, name + ' ' + properties.fingerprint()));
    }
  }

  /** What other gateways share of this cache's answers; empty where there is no Redis. */
  Optional<SharedAnswers> shared(AnswerCache cache) {
    return Optional.ofNullable(shared.get(cache));
  }

  /** Finds answers to questions that mean the same; empty where that is off. */
  Optional<SemanticLevel> similar(AnswerCache cache) {
    return Optional.ofNullable(similar.get(cache));
  }

  /** Answers given to another question that means the same. */
  double similarHits() {
    return similar.values().stream().mapToDouble(SemanticLevel::hits).sum();
  }

  /** Answers found in Redis. */
  double sharedHits() {
    return shared.values().stream().mapToLong(SharedAnswers::hits).sum();
  }

  /** Questions that Redis did not answer in time. */
  double sharedFailures() {
    return lines.stream().mapToLong(RedisLine::failures).sum();
  }

  /** Whether Redis answers, where it is asked. */
  boolean sharedWell() {
    return lines.stream().allMatch(RedisLine::available);
  }

  /** Bytes on disk. */
  double diskBytes() {
    return logs.stream().mapToLong(DiskLog::sizeBytes).sum();
  }

  /** Whether each log is being written. */
  boolean diskWell() {
    return logs.stream().allMatch(log -> log.lastFailure() == null);
  }

  @Override
  public void destroy() {
    logs.forEach(DiskLog::close);
    lines.forEach(RedisLine::close);
  }
}
