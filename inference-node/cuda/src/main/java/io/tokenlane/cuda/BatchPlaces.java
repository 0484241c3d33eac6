package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.engine.backend.Batch;
import java.util.ArrayList;
import java.util.List;

/**
 * A place on the device for each capacity of batches: steps of generations and of embeddings then
 * find what their like left there, and nothing grows from one to the next.
 */
final class BatchPlaces {
  private final Driver driver;
  private final DeviceMemory memory;
  private final List<StepMemory> places = new ArrayList<>();

  BatchPlaces(Driver driver, DeviceMemory memory) {
    this.driver = driver;
    this.memory = memory;
  }

  /** That of batches like this one. */
  StepMemory of(Batch batch) {
    for (StepMemory place : places) {
      if (place.fits(batch)) {
        return place;
      }
    }
    StepMemory another = new StepMemory(driver, memory, batch);
    places.add(another);
    return another;
  }
}
