package io.tokenlane.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingMethod;

/**
 * Watches the event loops, and Reactor's parallel threads, of every test of this module: where one
 * of them waits, sleeps, or reads or writes a file or a socket that blocks, it is told; {@link
 * EventLoopsTest}, whose traffic does the same each time, fails then. What Netty, Reactor and
 * Spring are known to do on purpose is left out by their own lists, and so are locks.
 */
public final class BlockedLoops implements AfterEachCallback {
  private static final Logger LOG = LoggerFactory.getLogger(BlockedLoops.class);
  private static final Set<String> FOUND = ConcurrentHashMap.newKeySet();
  private static final ThreadLocal<Boolean> NOTING = ThreadLocal.withInitial(() -> false);
  private static final int FRAMES = 40;

  /** The kernel's random numbers are there at once; the JDK reads them as a file. */
  private static final String RANDOM = "sun.security.provider.NativePRNG$RandomIO.";

  /** Locks that another thread holds for a moment: whether a test meets one is chance. */
  private static final String LOCKS = "java.util.concurrent.locks.";

  private static final List<String> CONTENDED =
      List.of(LOCKS + "ReentrantLock", LOCKS + "StampedLock", LOCKS + "ReentrantReadWriteLock");

  static {
    BlockHound.builder().loadIntegrations().blockingMethodCallback(BlockedLoops::note).install();
  }

  private static void note(BlockingMethod method) {
    // To note it may itself be something that blocks.
    if (!NOTING.get()) {
      NOTING.set(true);
      try {
        String where = where();
        if (!where.contains(RANDOM) && CONTENDED.stream().noneMatch(where::contains)) {
          FOUND.add(Thread.currentThread().getName() + ": " + method + where);
        }
      } finally {
        NOTING.set(false);
      }
    }
  }

  private static String where() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .filter(frame -> !frame.getClassName().startsWith("reactor.blockhound"))
                    .filter(frame -> !frame.getClassName().equals(BlockedLoops.class.getName()))
                    .limit(FRAMES)
                    .map(frame -> "\n\tat " + frame)
                    .collect(Collectors.joining()));
  }

  /** What was found since it was asked last. */
  public static List<String> found() {
    List<String> all = new ArrayList<>(FOUND);
    all.forEach(FOUND::remove);
    return all;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    List<String> found = found();
    if (found.isEmpty()) {
      return;
    }
    String told = "event loops were blocked (expected: never): " + String.join("\n", found);
    if (context.getRequiredTestClass().equals(EventLoopsTest.class)) {
      throw new AssertionError(told);
    }
    LOG.warn("{}: {}", context.getDisplayName(), told);
  }
}
