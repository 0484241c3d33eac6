package io.tokenlane.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs other programs to their end. */
final class Commands {
  private Commands() {}

  /**
   * What a program printed, both streams.
   *
   * @throws IOException if it is not there or ends with another code than 0
   */
  static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException(
          "%s: exit code %d (expected: 0)%n%s"
              .formatted(String.join(" ", command), code, output.strip()));
    }
    return output;
  }
}
