package io.tokenlane.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** API keys for a gateway under measurement. */
final class BenchKeys {
  private static final Pattern KEY = Pattern.compile("tlk_[0-9a-f_]+");

  private BenchKeys() {}

  /** A new key of a tenant, its hash added to the file. */
  static String mint(Path root, Path file, String tenant) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                root.resolve("tokenlane").toString(),
                "keys",
                "new",
                "--file",
                file.toString(),
                "--tenant",
                tenant)
            .redirectErrorStream(true)
            .start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    Matcher key = KEY.matcher(told);
    if (!key.find()) {
      throw new IOException("keys: " + told);
    }
    return key.group();
  }
}
