package io.tokenlane.gateway.telemetry;

/** Names of models as clients write them: of any length, whereas metrics and traces keep them. */
final class ModelNames {
  private static final int LONGEST = 128;

  private ModelNames() {}

  /** Whether it is no longer than names are kept. */
  static boolean isShort(String model) {
    return model.length() <= LONGEST;
  }

  /** As much of it as is kept. */
  static String cut(String model) {
    return isShort(model) ? model : model.substring(0, LONGEST);
  }
}
