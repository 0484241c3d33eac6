package io.tokenlane.gateway.route;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Linux for short turns of the processor for a thread: since 6.12 its scheduler (EEVDF) lets
 * who asks for a short turn begin sooner, and gives it no more of the processor than before
 * (sched_setattr(2), {@code sched_runtime} of {@code SCHED_OTHER}). A thread that answers requests
 * then does not wait for the end of another's turn, up to four milliseconds, wherever processors
 * are shared: with compilers, collectors, or neighbours. No rights are needed. Where the kernel is
 * older, or forbids the call, nothing changes.
 */
final class ShortTurns {
  /** The shortest that Linux gives. */
  static final long NANOS = 100_000;

  private static final Logger LOG = LoggerFactory.getLogger(ShortTurns.class);

  /** {@code struct sched_attr} as all kernels since 3.14 know it. */
  private static final int ATTRIBUTES = 48;

  private static final int POLICY = 4;
  private static final int RUNTIME = 24;
  private static final int OTHER = 0;
  private static final int THIS_THREAD = 0;

  private final MethodHandle syscall;
  private final long set;
  private final long get;

  private ShortTurns(MethodHandle syscall, long set) {
    this.syscall = syscall;
    this.set = set;
    this.get = set + 1;
  }

  /** Asks for the current thread. */
  static void ask() {
    try {
      long number = setAttributes();
      if (number > 0 && !new ShortTurns(call(), number).asked()) {
        LOG.debug("the kernel gives no short turns");
      }
    } catch (Throwable unable) {
      LOG.debug("the kernel cannot be asked for short turns: {}", unable.toString());
    }
  }

  /** How long the current thread's turns are; 0 where that cannot be told. */
  static long nanos() throws Throwable {
    long number = setAttributes();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(ATTRIBUTES, Long.BYTES);
      return number > 0 && new ShortTurns(call(), number).read(attributes)
          ? attributes.get(ValueLayout.JAVA_LONG, RUNTIME)
          : 0;
    }
  }

  /** The number of the system call; 0 where it is not known. */
  private static long setAttributes() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return 0;
    }
    return switch (System.getProperty("os.arch", "").toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64" -> 314;
      case "aarch64" -> 274;
      default -> 0;
    };
  }

  @SuppressWarnings("restricted") // a system call that has no other way
  private static MethodHandle call() {
    Linker linker = Linker.nativeLinker();
    ValueLayout.OfLong number = ValueLayout.JAVA_LONG;
    FunctionDescriptor shape =
        FunctionDescriptor.of(number, number, number, ValueLayout.ADDRESS, number, number);
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("syscall"), shape, Linker.Option.firstVariadicArg(1));
  }

  private boolean asked() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(ATTRIBUTES, Long.BYTES);
      // Whoever was given another policy has asked for it.
      if (!read(attributes) || attributes.get(ValueLayout.JAVA_INT, POLICY) != OTHER) {
        return false;
      }
      attributes.set(ValueLayout.JAVA_LONG, RUNTIME, NANOS);
      return (long) syscall.invokeExact(set, (long) THIS_THREAD, attributes, 0L, 0L) == 0;
    }
  }

  private boolean read(MemorySegment attributes) throws Throwable {
    return (long) syscall.invokeExact(get, (long) THIS_THREAD, attributes, (long) ATTRIBUTES, 0L)
        == 0;
  }
}
