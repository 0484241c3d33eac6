package io.tokenlane.cuda.driver;

/**
 * What a device is.
 *
 * @param name as its maker calls it
 * @param major major number of its compute capability
 * @param minor minor number of it
 * @param processors streaming multiprocessors
 * @param sharedBytes shared memory that a block can ask for
 * @param bytes its memory
 * @param driverVersion the CUDA version that its driver speaks, such as 13000
 */
public record DeviceFacts(
    String name,
    int major,
    int minor,
    int processors,
    int sharedBytes,
    long bytes,
    int driverVersion) {

  /** Its architecture as a number, such as 90 for compute capability 9.0. */
  public int architecture() {
    return major * 10 + minor;
  }
}
