package io.tokenlane.cuda.driver;

import java.lang.foreign.MemorySegment;

/**
 * One device and one stream of work on it. What is enqueued takes effect in order; only {@link
 * #synchronize}, {@link #await} and {@link #free} wait.
 *
 * <p>Addresses of device memory are plain numbers; modules, functions, graphs and events are
 * handles that mean something to this driver only. One thread at a time uses it, and says so first.
 */
public interface Driver extends AutoCloseable {

  /** Makes the device the calling thread's. */
  void use();

  /** What the device is. */
  DeviceFacts device();

  /**
   * Loads compiled kernels.
   *
   * @param image a cubin for the device's architecture
   */
  long load(byte[] image);

  /** A kernel of a module. */
  long function(long module, String name);

  /**
   * Lets a kernel's launches say how much shared memory a block has.
   *
   * @param most bytes, at most {@link DeviceFacts#sharedBytes}
   */
  void takeShared(long function, int most);

  /**
   * Allocates device memory, aligned to 256 bytes, with undefined contents.
   *
   * @param bytes at least 1
   * @throws DriverException if there is not as much
   */
  long allocate(long bytes);

  /** Frees device memory, once all that was enqueued has finished. */
  void free(long address);

  /** Host memory that copies run fastest from and to; lives as long as the driver. */
  MemorySegment pinned(long bytes);

  /** Copies from the host to the device. The source must stay as it is until that is done. */
  void copyIn(long to, MemorySegment from, long bytes);

  /** Copies from the device to the host. */
  void copyOut(MemorySegment to, long from, long bytes);

  /** Copies on the device. */
  void copy(long to, long from, long bytes);

  /** Clears device memory. */
  void clear(long at, long bytes);

  /**
   * Enqueues a kernel, which may begin before those before it have ended: until it waits for them
   * it must not touch what they write.
   *
   * @param arguments the structure that it takes, copied before this returns
   */
  void launch(long function, Grid grid, MemorySegment arguments);

  /** From now on launches are recorded rather than enqueued. */
  void beginCapture();

  /** Ends the recording and gives it as a graph. */
  long endCapture();

  /** Enqueues all launches of a graph. */
  void launchGraph(long graph);

  /** Frees a graph. */
  void freeGraph(long graph);

  /** A mark in the stream, not set yet. */
  long event();

  /** Sets a mark behind all that was enqueued. */
  void record(long event);

  /** Waits until a mark was passed; at once if it was never set. */
  void await(long event);

  /** Milliseconds between two marks that were passed. */
  float millis(long from, long to);

  /** The stream, as libraries that enqueue work on it name it. */
  long stream();

  /** Waits until all that was enqueued has finished. */
  void synchronize();

  @Override
  void close();
}
