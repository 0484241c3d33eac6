package io.tokenlane.cuda;

import io.tokenlane.cuda.Handles.DeviceKvStore;
import io.tokenlane.cuda.Handles.DeviceRows;

/**
 * What decides which launches a step that draws consists of, down to their arguments, but for work
 * space that was outgrown since: steps that are equal in it do the same, and the graph of one runs
 * the other.
 *
 * @param in rows of the model whose step it is
 * @param memory where its batches go
 * @param rows padded
 * @param outputs padded
 * @param together rows that attention computes together
 * @param items of attention's work, padded
 * @param places of attention's scratch, padded
 * @param draws where sampling's wishes go
 * @param tokens that may be drawn
 * @param cap of logits
 * @param allocations on the device so far: addresses stay as long as there are no more
 * @param choices of tiles so far
 */
record KnownStep(
    DeviceRows in,
    DeviceKvStore kv,
    StepMemory memory,
    int rows,
    int outputs,
    int together,
    int items,
    int places,
    DrawMemory.Layout draws,
    int tokens,
    float cap,
    int allocations,
    int choices) {}
