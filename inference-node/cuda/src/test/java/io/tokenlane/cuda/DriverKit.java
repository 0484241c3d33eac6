package io.tokenlane.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.cuda.driver.DriverException;
import io.tokenlane.cuda.driver.Grid;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What the backend takes for granted of a driver. */
abstract class DriverKit {
  private static final int NUMBERS = 1000;

  abstract Driver start();

  private static MemorySegment ascending(MemorySegment memory, int first) {
    for (int i = 0; i < NUMBERS; i++) {
      memory.setAtIndex(ValueLayout.JAVA_INT, i, first + i);
    }
    return memory;
  }

  private static void assertAscending(MemorySegment memory, int first) {
    for (int i = 0; i < NUMBERS; i++) {
      assertThat(memory.getAtIndex(ValueLayout.JAVA_INT, i)).isEqualTo(first + i);
    }
  }

  @Test
  void saysWhatTheDeviceIs() {
    try (Driver driver = start()) {
      assertThat(driver.device().name()).isNotBlank();
      assertThat(driver.device().architecture()).isGreaterThanOrEqualTo(80);
      assertThat(driver.device().processors()).isPositive();
      assertThat(driver.device().bytes()).isGreaterThan(1L << 30);
      assertThat(driver.device().driverVersion()).isGreaterThanOrEqualTo(13_000);
    }
  }

  @Test
  void copiesThereAroundAndBackInOrder() {
    long bytes = NUMBERS * 4L;
    try (Driver driver = start()) {
      long one = driver.allocate(bytes);
      long other = driver.allocate(bytes);
      MemorySegment out = driver.pinned(bytes);
      MemorySegment back = driver.pinned(bytes);
      driver.clear(other, bytes);
      driver.copyIn(one, ascending(out, 5), bytes);
      driver.copy(other, one, bytes);
      driver.copyOut(back, other + 40, bytes - 40);
      driver.synchronize();
      assertThat(back.getAtIndex(ValueLayout.JAVA_INT, 0)).isEqualTo(15);
      driver.copyOut(back, other, bytes);
      driver.synchronize();
      assertAscending(back, 5);
      driver.free(one);
      driver.free(other);
    }
  }

  @Test
  void memoryOfTheHeapAndOfArenasIsCopiedToo() {
    long bytes = NUMBERS * 4L;
    try (Driver driver = start();
        Arena arena = Arena.ofConfined()) {
      long there = driver.allocate(bytes);
      MemorySegment from = ascending(arena.allocate(bytes, 8), 9);
      driver.copyIn(there, from, bytes);
      driver.synchronize();
      MemorySegment back = arena.allocate(bytes, 8);
      driver.copyOut(back, there, bytes);
      driver.synchronize();
      assertAscending(back, 9);
      driver.free(there);
    }
  }

  /** {@code random.cu}, whose numbers depend on nothing but their place and the seed. */
  @Test
  void aGraphDoesWhatItsLaunchesDid() {
    long bytes = NUMBERS * 4L;
    try (Driver driver = start();
        Arena arena = Arena.ofConfined()) {
      long one = driver.allocate(bytes);
      long other = driver.allocate(bytes);
      KernelSet kernels = new KernelSet(driver, KernelImages.forDevice(driver.device()));
      fill(driver, kernels, arena, one);
      driver.beginCapture();
      fill(driver, kernels, arena, other);
      long graph = driver.endCapture();
      driver.clear(other, bytes);
      driver.launchGraph(graph);
      MemorySegment launched = driver.pinned(bytes);
      MemorySegment graphed = driver.pinned(bytes);
      driver.copyOut(launched, one, bytes);
      driver.copyOut(graphed, other, bytes);
      driver.synchronize();
      assertThat(launched.mismatch(graphed)).isEqualTo(-1);
      assertThat(Arrays.stream(launched.toArray(ValueLayout.JAVA_INT)).distinct().count())
          .isGreaterThan(NUMBERS / 2);
      driver.freeGraph(graph);
      driver.free(one);
      driver.free(other);
    }
  }

  private static void fill(Driver driver, KernelSet kernels, Arena arena, long at) {
    Arguments arguments = new Arguments(arena);
    arguments.begin().address(at).address(NUMBERS).number(7).number(0).number(1f);
    driver.launch(
        kernels.function(Kernel.FILL_RANDOM),
        new Grid(4, 1, Kernel.FILL_RANDOM.threads()),
        arguments.block());
  }

  @Test
  void marksTellWhatHasPassed() {
    try (Driver driver = start()) {
      long begin = driver.event();
      long end = driver.event();
      driver.await(begin);
      long there = driver.allocate(1 << 20);
      driver.record(begin);
      driver.clear(there, 1 << 20);
      driver.record(end);
      driver.await(end);
      assertThat(driver.millis(begin, end)).isPositive();
      driver.free(there);
    }
  }

  @Test
  void anotherThreadMayGoOn() throws InterruptedException {
    try (Driver driver = start()) {
      Throwable[] failure = new Throwable[1];
      Thread other =
          Thread.ofPlatform()
              .uncaughtExceptionHandler((thread, e) -> failure[0] = e)
              .start(
                  () -> {
                    driver.use();
                    driver.free(driver.allocate(100));
                  });
      other.join();
      assertThat(failure[0]).isNull();
    }
  }

  @Test
  void errorsNameTheCallAndTheReason() {
    try (Driver driver = start()) {
      assertThatThrownBy(() -> driver.allocate(driver.device().bytes() + (1L << 40)))
          .isInstanceOf(DriverException.class)
          .hasMessageContainingAll("cuMemAlloc", "bytes", "CUDA_ERROR_OUT_OF_MEMORY");
      assertThatThrownBy(() -> driver.load(new byte[256]))
          .isInstanceOf(DriverException.class)
          .hasMessageContainingAll("cuModuleLoadData", "CUDA_ERROR_");
      // It goes on after an error that is no device's.
      driver.free(driver.allocate(1));
    }
  }
}
