package io.tokenlane.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllowedAddressesTest {
  private static AllowedAddresses allowed(String list) {
    return new AllowedAddresses(new UpstreamsProperties(List.of(list.split(" "))));
  }

  @ParameterizedTest
  @CsvSource({
    "public private loopback, 127.0.0.1, true",
    "public private loopback, ::1, true",
    "public private loopback, 10.9.8.7, true",
    "public private loopback, fd12::1, true",
    "public private loopback, 8.8.8.8, true",
    "public private loopback, 169.254.169.254, false",
    "public private loopback, fe80::1, false",
    "public private loopback, 0.0.0.0, false",
    "public private loopback, 224.0.0.1, false",
    "public private loopback, 255.255.255.255, false",
    "public private loopback, 64:ff9b::a9fe:a9fe, false",
    "public, 10.0.0.1, false",
    "public, 172.31.255.255, false",
    "public, 172.32.0.1, true",
    "public, 192.168.1.1, false",
    "public, 100.64.0.1, false",
    "public, 127.0.0.1, false",
    "public, ::ffff:10.0.0.1, false",
    "public, 2606:4700::1111, true",
    "public 10.1.0.0/16, 10.1.2.3, true",
    "public 10.1.0.0/16, 10.2.2.3, false",
    "10.1.2.3, 8.8.8.8, false",
    "link-local, 169.254.169.254, true",
  })
  void onlyWhatIsNamed(String list, String address, boolean may) {
    assertThat(allowed(list).allows(InetAddress.ofLiteral(address))).isEqualTo(may);
  }

  @Test
  void anAddressInTheConfigurationIsRefusedByName() {
    assertThatThrownBy(
            () -> allowed("public").require("nodes a", URI.create("http://[fe80::1]:80/v1")))
        .hasMessage("nodes a: [fe80::1] (expected: an address within tokenlane.upstreams.allowed)");
    allowed("public").require("nodes a", URI.create("http://metadata.internal"));
    assertThatThrownBy(() -> new UpstreamsProperties(List.of("privat")))
        .hasMessageStartingWith("allowed: privat (expected: ");
  }
}
