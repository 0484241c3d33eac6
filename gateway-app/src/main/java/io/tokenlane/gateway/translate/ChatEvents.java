package io.tokenlane.gateway.translate;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The data of server-sent events (HTML, 9.2.6), however their bytes are split. Not thread-safe. */
final class ChatEvents {
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final StringBuilder data = new StringBuilder();
  private boolean afterCr;

  /** The data of each event that ends within {@code bytes}. */
  List<String> read(byte[] bytes) {
    List<String> events = new ArrayList<>();
    for (byte b : bytes) {
      boolean secondOfCrLf = b == '\n' && afterCr;
      afterCr = b == '\r';
      if (b != '\n' && b != '\r') {
        line.write(b);
      } else if (!secondOfCrLf) {
        endLine(events);
      }
    }
    return events;
  }

  private void endLine(List<String> events) {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (text.isEmpty()) {
      if (!data.isEmpty()) {
        events.add(data.substring(0, data.length() - 1));
        data.setLength(0);
      }
    } else if (text.startsWith("data:")) {
      int from = text.startsWith(" ", 5) ? 6 : 5;
      data.append(text, from, text.length()).append('\n');
    }
  }
}
