package io.tokenlane.cuda;

import io.tokenlane.cuda.Handles.DeviceRows;

/**
 * Which rows to make ready for a projection, and how.
 *
 * @param mode one of {@link KernelNumbers}'s ways
 * @param gain address of a norm's gain; 0 without one
 * @param outputs whether only the rows that have outputs are meant
 */
record Source(DeviceRows rows, int mode, long gain, float epsilon, boolean outputs) {}
