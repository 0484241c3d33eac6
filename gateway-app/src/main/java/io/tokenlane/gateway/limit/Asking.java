package io.tokenlane.gateway.limit;

import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.call.Usage;
import java.util.Optional;

/**
 * Who asks for what.
 *
 * @param address the client's, for those without a principal
 * @param call empty for requests that are no model call
 * @param expected the call's tokens as far as can be told before; zero where it is none
 */
record Asking(
    Optional<Principal> principal, String address, Optional<InferenceCall> call, Usage expected) {
  private static final int BYTES_PER_TOKEN = 4;

  static Asking of(
      Optional<Principal> principal,
      String address,
      Optional<InferenceCall> call,
      int unstatedOutput) {
    Usage expected =
        call.map(c -> expect(c, unstatedOutput)).orElseGet(() -> new Usage(0, 0, 0, false));
    return new Asking(principal, address, call, expected);
  }

  private static Usage expect(InferenceCall call, int unstatedOutput) {
    int input = Math.ceilDiv(call.raw().remaining(), BYTES_PER_TOKEN);
    return new Usage(input, 0, call.output(unstatedOutput), false);
  }

  String model() {
    return call.map(InferenceCall::model).orElse("");
  }

  /** Whose quota it is. */
  String whose(LimitRule.Per per) {
    return principal
        .map(p -> per == LimitRule.Per.TENANT ? "tenant:" + p.tenant() : p.id())
        .orElse("ip:" + address);
  }
}
