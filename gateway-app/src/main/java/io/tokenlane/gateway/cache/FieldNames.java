package io.tokenlane.gateway.cache;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

/** Names of fields, whatever their case (RFC 9110 §5.1), found without making strings of them. */
final class FieldNames {
  private final HttpHeaders names = new DefaultHttpHeaders();

  FieldNames(String... names) {
    for (String name : names) {
      this.names.add(name, "");
    }
  }

  boolean contains(CharSequence name) {
    return names.contains(name);
  }
}
