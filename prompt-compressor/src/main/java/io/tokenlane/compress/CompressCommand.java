package io.tokenlane.compress;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code compress [--mode L|S-safe|S-moderate|S-aggressive] [--json] [--encoding NAME] FILE}: the
 * compressed prompt on standard output, what each rule saved on standard error. By default every
 * lossless rule, as in the gateway. With {@code --json} one object on standard output holds both.
 * Ends with 0, with 1 if the file cannot be read, with 2 if the arguments are wrong.
 */
public final class CompressCommand {
  private static final String USAGE =
      "usage: compress [--mode L|S-safe|S-moderate|S-aggressive] [--json] [--encoding NAME] FILE";
  private static final Map<String, CompressionPolicy> MODES =
      Map.of(
          "L", CompressionPolicy.DEEP.withMinimumChars(0),
          "S-safe", CompressionPolicy.SAFE.withMinimumChars(0),
          "S-moderate", CompressionPolicy.MODERATE.withMinimumChars(0),
          "S-aggressive", CompressionPolicy.AGGRESSIVE.withMinimumChars(0));

  private final PrintStream out;
  private final PrintStream err;

  CompressCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    int code = new CompressCommand(out, System.err).run(List.of(arguments));
    out.flush();
    System.exit(code);
  }

  int run(List<String> arguments) {
    try {
      Arguments parsed = Arguments.of(arguments);
      TokenCounter counter = TokenCounters.named(parsed.encoding);
      String text = Files.readString(Path.of(parsed.file));
      print(new PromptCompressor(counter).compress(text, parsed.policy), parsed);
      return 0;
    } catch (IllegalArgumentException wrong) {
      err.println("compress: " + wrong.getMessage());
      return 2;
    } catch (IOException failure) {
      err.println("compress: " + reason(failure));
      return 1;
    }
  }

  private static String reason(IOException failure) {
    return switch (failure) {
      case NoSuchFileException missing -> missing.getFile() + ": no such file";
      case CharacterCodingException _ -> "the file is not UTF-8 text";
      default -> "cannot read: " + failure.getMessage();
    };
  }

  private void print(Compression result, Arguments arguments) {
    if (arguments.json) {
      out.println(json(result, arguments.encoding));
      return;
    }
    out.print(result.text());
    err.println(
        String.format(
            Locale.ROOT,
            "%s tokens: %d -> %d (%.1f %% saved)%s",
            arguments.encoding,
            result.tokensBefore(),
            result.tokensAfter(),
            100 * result.ratio(),
            result.sidecar().size() == 0
                ? ""
                : ", kept beside: " + result.sidecar().size() + " bytes"));
    for (RuleSaving saving : result.savings()) {
      err.println(String.format(Locale.ROOT, "  %-18s -%d", saving.rule().id(), saving.tokens()));
    }
  }

  private static String json(Compression result, String encoding) {
    String savings =
        result.savings().stream()
            .map(saving -> quote(saving.rule().id()) + ":" + saving.tokens())
            .collect(Collectors.joining(",", "{", "}"));
    return String.format(
        Locale.ROOT,
        "{\"encoding\":%s,\"tokens_before\":%d,\"tokens_after\":%d,\"saved\":%.4f,"
            + "\"rules\":%s,\"tag\":%s,\"sidecar_bytes\":%d,\"text\":%s}",
        quote(encoding),
        result.tokensBefore(),
        result.tokensAfter(),
        result.ratio(),
        savings,
        quote(result.tag().toString()),
        result.sidecar().size(),
        quote(result.text()));
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  private static final class Arguments {
    private final CompressionPolicy policy;
    private final boolean json;
    private final String encoding;
    private final String file;

    private Arguments(CompressionPolicy policy, boolean json, String encoding, String file) {
      this.policy = policy;
      this.json = json;
      this.encoding = encoding;
      this.file = file;
    }

    static Arguments of(List<String> arguments) {
      List<String> left = new ArrayList<>(arguments);
      boolean json = left.remove("--json");
      String encoding = option(left, "--encoding", TokenCounters.DEFAULT);
      String mode = option(left, "--mode", "L");
      CompressionPolicy policy = MODES.get(mode);
      if (policy == null) {
        throw new IllegalArgumentException(
            "--mode: " + mode + " (expected: L, S-safe, S-moderate or S-aggressive)");
      }
      if (left.size() != 1 || left.getFirst().startsWith("-")) {
        throw new IllegalArgumentException(USAGE);
      }
      return new Arguments(policy, json, encoding, left.getFirst());
    }

    /** Takes an option and its value out of the arguments. */
    private static String option(List<String> left, String name, String otherwise) {
      int at = left.indexOf(name);
      if (at < 0 || at + 1 == left.size()) {
        return otherwise;
      }
      left.remove(at);
      return left.remove(at);
    }
  }
}
