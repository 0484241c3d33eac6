package io.tokenlane.node.load;

/**
 * What is worth telling about a loaded model.
 *
 * @param source file or folder it came from
 * @param architecture as its checkpoint names it
 * @param backend name of the backend that runs it
 * @param choice that backend, and why that one
 * @param parameters number of weights
 * @param bytes memory the weights take
 * @param contextLength most tokens of a sequence, as the model has it
 * @param loadMillis how long loading took
 */
public record ModelFacts(
    String source,
    String architecture,
    String backend,
    String choice,
    long parameters,
    long bytes,
    int contextLength,
    long loadMillis) {

  /** All in one line, for logs. */
  String summary() {
    return "%s %.1f M parameters, %.1f MB, context %d, on %s, loaded in %d ms from %s"
        .formatted(
            architecture, parameters / 1e6, bytes / 1e6, contextLength, choice, loadMillis, source);
  }
}
