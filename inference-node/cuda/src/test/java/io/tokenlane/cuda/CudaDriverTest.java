package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.BytedecoDriver;
import io.tokenlane.cuda.driver.Driver;
import org.junit.jupiter.api.Tag;

/** The driver of this machine. */
@Tag("gpu")
final class CudaDriverTest extends DriverKit {
  @Override
  Driver start() {
    return new BytedecoDriver();
  }
}
