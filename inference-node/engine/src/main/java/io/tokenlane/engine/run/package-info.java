/** Packs a step's plan into a batch, runs the model, samples. */
@NullMarked
package io.tokenlane.engine.run;

import org.jspecify.annotations.NullMarked;
