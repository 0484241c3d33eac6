package io.tokenlane.engine.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

final class CharsMapTest {

  /** A table that replaces the first byte of two. */
  @Test
  void replacementsEndWhereCharactersDo() {
    int[] units = new int[256];
    units[0] = 1 << 10;
    units[0xC2] = 0xC3 | 1 << 8 | 0xC7 << 10;
    units[5] = 0x80000000;
    ByteBuffer table = ByteBuffer.allocate(4 + 4 * units.length + 2).order(ByteOrder.LITTLE_ENDIAN);
    table.putInt(4 * units.length);
    for (int unit : units) {
      table.putInt(unit);
    }
    table.put((byte) 'x');
    TextNormalizer normalizer = TextNormalizer.charsMap(table.array(), false);
    assertThat(normalizer.apply("café!")).isEqualTo("café!");
  }
}
