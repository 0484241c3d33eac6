package io.tokenlane.cuda;

import io.tokenlane.cuda.Handles.DeviceLinear;
import io.tokenlane.cuda.Handles.DeviceNorm;
import io.tokenlane.cuda.Handles.DeviceRows;

/**
 * Where rows go that are made ready for a projection. Those that {@code pack} makes, those that are
 * left so, and those that are but for a norm's factor have places of their own, as a kernel that
 * reads rows of one kind may leave rows of another.
 */
final class RowPlaces {
  /** Numbers of a row whose squares are summed up to one. */
  private static final int SQUARES_TOGETHER = 16;

  private final Place packed;
  private final Place left;
  private final Place normed;
  private final DeviceMemory.Scratch squares;

  RowPlaces(DeviceMemory memory) {
    packed = new Place(memory);
    left = new Place(memory);
    normed = new Place(memory);
    squares = memory.new Scratch();
  }

  /** Numbers and their scales. */
  private static final class Place {
    private final DeviceMemory.Scratch numbers;
    private final DeviceMemory.Scratch scales;

    Place(DeviceMemory memory) {
      numbers = memory.new Scratch();
      scales = memory.new Scratch();
    }

    Ready of(DeviceLinear weight, int rows, int leftAs) {
      Format format = weight.format();
      int inputs = weight.inputs();
      return new Ready(
          numbers.atLeast(format.rowBytes(rows, inputs)),
          scales.atLeast(format.rowScaleBytes(rows, inputs)),
          format.steps(inputs),
          leftAs);
    }
  }

  /** For rows that {@code pack} makes ready. */
  Ready packed(DeviceLinear weight, DeviceRows like) {
    return packed.of(weight, like.maxRows(), 0);
  }

  /**
   * For rows that another kernel leaves ready.
   *
   * @return {@link Ready#NONE} if the format's rows cannot be rounded piece by piece
   */
  Ready left(DeviceLinear weight, DeviceRows like) {
    int leftAs = weight.format().leftAs();
    return leftAs == 0 ? Ready.NONE : left.of(weight, like.maxRows(), leftAs);
  }

  /** For rows that a projection leaves ready but for a norm's factor. */
  Left normed(DeviceLinear weight, DeviceRows like, DeviceNorm norm) {
    Ready place = normed.of(weight, like.maxRows(), weight.format().leftAs());
    return new Left(place, squares(like, weight.inputs()), norm.epsilon());
  }

  /** For sums of squares of rows so wide. */
  long squares(DeviceRows like, int width) {
    long each = Math.ceilDiv(width, SQUARES_TOGETHER);
    return squares.atLeast(like.maxRows() * each * Float.BYTES);
  }
}
