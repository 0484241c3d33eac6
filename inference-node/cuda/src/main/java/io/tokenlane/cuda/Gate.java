package io.tokenlane.cuda;

import io.tokenlane.cuda.Handles.DeviceRows;
import io.tokenlane.engine.tensor.Activation;

/** A gate whose result nobody asked for yet. */
record Gate(DeviceRows in, Activation activation, DeviceRows out) {}
