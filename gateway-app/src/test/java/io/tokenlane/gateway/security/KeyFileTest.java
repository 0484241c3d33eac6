package io.tokenlane.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Keys on disk, and the command that makes them. */
final class KeyFileTest {
  private static final String HASH = "a".repeat(64);

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int keys(String... arguments) {
    CommandLine command = KeysCommand.commandLine();
    command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return command.execute(arguments);
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Path file = folder.resolve("keys.yaml");
    List<ApiKey> keys =
        List.of(
            ApiKey.mint("acme", Set.of("admin", "user"), Instant.parse("2031-01-02T03:04:05Z"))
                .entry(),
            ApiKey.mint("123", Set.of(), null).entry().asRevoked());

    KeyFile.write(file, keys);

    assertThat(KeyFile.read(file)).isEqualTo(keys);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void theFileHoldsNoKey() throws IOException {
    Path file = folder.resolve("keys.yaml");

    assertThat(keys("new", "--file", file.toString(), "--tenant", "acme")).isZero();

    String key = out.toString().strip();
    assertThat(key).matches("tlk_[0-9a-f]{12}_[0-9a-f]{64}");
    assertThat(Files.readString(file)).doesNotContain(key.substring(17)).contains(ApiKey.hash(key));
    assertThat(new KeyRing(KeyFile.read(file)).find(key)).isPresent();
    assertThat(new KeyRing(KeyFile.read(file)).find(key + "0")).isEmpty();
  }

  @Test
  void noneOfManyThatAreMadeAtOnceIsLost() {
    String file = folder.resolve("keys.yaml").toString();

    IntStream.range(0, 16)
        .parallel()
        .forEach(i -> assertThat(keys("new", "--file", file, "--tenant", "t" + i)).isZero());

    assertThat(KeyFile.read(Path.of(file)))
        .extracting(ApiKey::tenant)
        .hasSize(16)
        .doesNotHaveDuplicates();
  }

  @Test
  void aRevokedKeyIsListedAndRefused() {
    String file = folder.resolve("keys.yaml").toString();
    keys("new", "--file", file, "--tenant", "acme", "--role", "admin", "--expires-in", "P1D");
    String key = out.toString().strip();
    String id = key.split("_", -1)[1];

    assertThat(keys("revoke", "--file", file, id)).isZero();
    assertThat(keys("list", "--file", file)).isZero();

    assertThat(out.toString()).contains(id).contains("revoked").contains("admin");
    assertThat(keys("list", "--json", "--file", file)).isZero();
    assertThat(out.toString())
        .contains("\"id\":\"" + id + "\"", "\"roles\":[\"admin\"]", "\"state\":\"revoked\"");
    assertThat(new KeyRing(KeyFile.read(Path.of(file))).find(key))
        .hasValueSatisfying(entry -> assertThat(entry.accepted(Instant.EPOCH)).isFalse());
  }

  @Test
  void wrongArgumentsAreNamed() {
    String file = folder.resolve("none.yaml").toString();

    assertThat(keys("list", "--file", file)).isEqualTo(1);
    assertThat(keys("new", "--file", file, "--tenant", "a b")).isEqualTo(1);
    assertThat(keys("new", "--file", file)).isEqualTo(2);

    assertThat(err.toString())
        .contains("none.yaml (expected: a readable key file)")
        .contains("--tenant: a b (expected: letters")
        .contains("--tenant");
  }

  @Test
  void hashesThatBeginAlikeAreRefusedAsTheFileIs() {
    String text =
        "keys: [{id: a, tenant: t, sha256: HASH}, {id: b, tenant: t, sha256: %s}]"
            .formatted(HASH.substring(32) + "b".repeat(32));
    List<ApiKey> keys = KeyFile.parse("f", text.replace("HASH", HASH));

    assertThatThrownBy(() -> new KeyRing(keys))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sha256 of a and b begin alike (expected: ");
  }

  @Test
  void whateverStandsInTheFileItIsLookedAtAgain() throws IOException {
    Path file = folder.resolve("keys.yaml");
    ApiKey.Minted minted = ApiKey.mint("acme", Set.of(), null);
    KeyFile.write(file, List.of(minted.entry()));
    ApiKeys keys = new ApiKeys(file, InstantSource.fixed(Instant.EPOCH));
    String good = Files.readString(file);
    for (String bad :
        List.of("keys: [{~: x}]", "keys: [~]", "- a", "", "\0", "keys: {? [a] : b}", "&a [*a]")) {
      Files.writeString(file, bad);
      keys.reload();
      Files.writeString(file, good);
      keys.reload();
      assertThat(keys.prove(Map.of("x-api-key", minted.key())::get)).isPresent();
    }

    KeyFile.write(file, List.of(minted.entry().asRevoked()));
    keys.reload();
    assertThat(keys.prove(Map.of("x-api-key", minted.key())::get)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "keys: 3 | f: no keys (expected: a list under keys)",
        "'keys: [' | f: not YAML (expected: a list under keys)",
        "'keys: [{tenant: t, sha256: HASH}]' | f: keys[0].id: missing or malformed",
        "'keys: [{id: a, tenant: t, sha256: tlk_plain}]' | f: keys[0].sha256: missing or malformed",
        "'keys: [{id: a, tenant: t, sha256: HASH, expires: soon}]' | f: keys[0].expires: soon",
        "'keys: [{id: a, tenant: t, sha256: HASH, roles: admin}]' | f: keys[0].roles: admin",
        "'keys: [{id: a, tenant: t, sha256: HASH, rolle: 1}]' | f: keys[0].rolle: unknown",
        "'keys: [{id: a, tenant: t, sha256: HASH, ~: 1}]' | f: keys[0].null: unknown",
        "'keys: [{id: a, tenant: t, sha256: HASH, revoked: \"true\"}]' | f: keys[0].revoked: true"
            + " (",
        "'keys: [{id: a, tenant: t, sha256: HASH, revoked: 1}]' | f: keys[0].revoked: 1 (expected",
        "'keys: [{id: a, tenant: t, sha256: HASH, revoked: }]' | f: keys[0].revoked: null (",
        "'keys: [{id: a, tenant: t, sha256: HASH}, {id: b, tenant: t, sha256: HASH}]' | twice",
      })
  void aBadEntryIsNamedAndNoSecretShown(String text, String complaint) {
    assertThatThrownBy(() -> KeyFile.parse("f", text.replace("HASH", HASH)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(complaint)
        .hasMessageNotContaining("tlk_plain");
  }
}
