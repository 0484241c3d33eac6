package io.tokenlane.gateway.security;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code keys new|list|revoke}: the gateway's API keys. Ends with 0, with 1 where the file cannot
 * be read or written, with 2 where the arguments are wrong.
 */
@Command(
    name = "keys",
    description = "The gateway's API keys.",
    mixinStandardHelpOptions = true,
    subcommands = {KeysCommand.New.class, KeysCommand.Listing.class, KeysCommand.Revoke.class})
public final class KeysCommand {
  private static final String FILE = "the key file, tokenlane.security.api_keys.file";

  private KeysCommand() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new KeysCommand())
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              String kind = failure instanceof IOException ? "cannot be read or written: " : "";
              command.getErr().println("tokenlane keys: " + kind + failure.getMessage());
              return 1;
            });
  }

  /** Makes a key. */
  @Command(
      name = "new",
      description = "Makes a key, prints it once, and adds its hash to the file.")
  static final class New implements Callable<Integer> {
    @Spec @Nullable CommandSpec spec;

    @Option(names = "--file", required = true, description = FILE)
    Path file = Path.of("keys.yaml");

    @Option(names = "--tenant", required = true, description = "whose key it is")
    String tenant = "";

    @Option(names = "--role", description = "a role, such as admin; may be repeated")
    List<String> roles = new ArrayList<>();

    @Option(
        names = "--expires-in",
        description = "such as P90D; without it the key does not expire")
    @Nullable Duration expiresIn;

    @Override
    public Integer call() throws IOException {
      if (!tenant.matches("[A-Za-z0-9._:/@-]{1,128}")) {
        throw new IllegalArgumentException(
            "--tenant: " + tenant + " (expected: letters, digits, . _ : / @ -)");
      }
      ApiKey.Minted minted =
          ApiKey.mint(
              tenant,
              Set.copyOf(roles),
              expiresIn == null ? null : InstantSource.system().instant().plus(expiresIn));
      KeyFile.change(
          file, keys -> Stream.concat(keys.stream(), Stream.of(minted.entry())).toList());
      out(spec).println(minted.key());
      return 0;
    }
  }

  /** Lists what is there. */
  @Command(name = "list", description = "Lists the keys of the file.")
  static final class Listing implements Callable<Integer> {
    @Spec @Nullable CommandSpec spec;

    @Option(names = "--file", required = true, description = FILE)
    Path file = Path.of("keys.yaml");

    @Option(names = "--json", description = "prints one JSON array instead of a table")
    boolean json;

    @Override
    public Integer call() {
      List<ApiKey> keys = KeyFile.read(file);
      if (json) {
        out(spec).println(asJson(keys));
      } else {
        table(keys, out(spec));
      }
      return 0;
    }

    private static void table(List<ApiKey> keys, PrintWriter out) {
      String row = "%-16s %-24s %-16s %-22s %s%n";
      out.printf(row, "id", "tenant", "roles", "expires", "state");
      for (ApiKey key : keys) {
        String expires = key.expires() == null ? "never" : key.expires().toString();
        out.printf(row, key.id(), key.tenant(), String.join(",", key.roles()), expires, state(key));
      }
    }

    private static String asJson(List<ApiKey> keys) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      for (ApiKey key : keys) {
        ObjectNode node = all.addObject().put("id", key.id()).put("tenant", key.tenant());
        ArrayNode roles = node.putArray("roles");
        key.roles().forEach(roles::add);
        node.put("expires", key.expires() == null ? null : key.expires().toString());
        node.put("state", state(key));
      }
      return all.toString();
    }

    private static String state(ApiKey key) {
      if (key.revoked()) {
        return "revoked";
      }
      return key.accepted(InstantSource.system().instant()) ? "accepted" : "expired";
    }
  }

  /** Ends a key. */
  @Command(name = "revoke", description = "Refuses a key from now on; its entry stays in the file.")
  static final class Revoke implements Callable<Integer> {
    @Option(names = "--file", required = true, description = FILE)
    Path file = Path.of("keys.yaml");

    @Parameters(paramLabel = "ID", description = "the key's id, as keys list shows it")
    String id = "";

    @Override
    public Integer call() throws IOException {
      if (KeyFile.read(file).stream().noneMatch(key -> key.id().equals(id))) {
        throw new IllegalArgumentException("ID: " + id + " (expected: one that keys list shows)");
      }
      KeyFile.change(
          file,
          keys -> keys.stream().map(key -> key.id().equals(id) ? key.asRevoked() : key).toList());
      return 0;
    }
  }

  private static PrintWriter out(@Nullable CommandSpec spec) {
    return java.util.Objects.requireNonNull(spec).commandLine().getOut();
  }
}
