package io.tokenlane.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * What a cubin says about its kernels. It is an ELF64 file: {@code .nv.info} holds, among other
 * attributes, the registers of a thread by symbol, {@code .nv.info.KERNEL} the blocks of a cluster;
 * a kernel's static shared memory is the size of the section {@code .nv.shared.KERNEL}.
 */
final class Cubin {
  private static final int SECTION_HEADER = 64;
  private static final int SYMBOL = 24;
  private static final byte SIZED_VALUE = 4;
  private static final byte REGISTER_COUNT = 0x2f;
  private static final byte BLOCKS_OF_CLUSTER = 0x3d;

  private final ByteBuffer file;
  private final Map<String, Integer> sections = new HashMap<>();
  private final Map<String, Integer> registers = new HashMap<>();

  Cubin(byte[] bytes) {
    file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int headers = (int) file.getLong(40);
    int count = file.getShort(60);
    int names = headers + file.getShort(62) * SECTION_HEADER;
    for (int i = 0; i < count; i++) {
      int header = headers + i * SECTION_HEADER;
      sections.put(text((int) file.getLong(names + 24) + file.getInt(header)), header);
    }
    readRegisters();
  }

  private void readRegisters() {
    each(
        ".nv.info",
        REGISTER_COUNT,
        at -> registers.put(symbol(file.getInt(at)), file.getInt(at + 4)));
  }

  /** Tells where the values of an attribute are. */
  private void each(String info, byte attribute, IntConsumer places) {
    int at = offset(section(info));
    int end = at + size(section(info));
    while (at < end) {
      boolean sized = file.get(at) == SIZED_VALUE;
      if (sized && file.get(at + 1) == attribute) {
        places.accept(at + 4);
      }
      at += 4 + (sized ? Short.toUnsignedInt(file.getShort(at + 2)) : 0);
    }
  }

  private String symbol(int index) {
    int symbols = offset(section(".symtab"));
    int texts = offset(section(".strtab"));
    return text(texts + file.getInt(symbols + index * SYMBOL));
  }

  private int section(String name) {
    return Objects.requireNonNull(sections.get(name), name);
  }

  private int offset(int header) {
    return (int) file.getLong(header + 24);
  }

  private int size(int header) {
    return (int) file.getLong(header + 32);
  }

  private String text(int at) {
    int end = at;
    while (file.get(end) != 0) {
      end++;
    }
    return new String(file.array(), at, end - at, StandardCharsets.UTF_8);
  }

  /** Registers of a thread. */
  int registers(String kernel) {
    return Objects.requireNonNull(registers.get(kernel), kernel);
  }

  /** Blocks of a cluster, in the grid's second dimension; 1 without clusters. */
  int cluster(String kernel) {
    AtomicInteger blocks = new AtomicInteger(1);
    each(".nv.info." + kernel, BLOCKS_OF_CLUSTER, at -> blocks.set(file.getInt(at + 4)));
    return blocks.get();
  }

  /**
   * Static shared memory of a block that the kernel asked for.
   *
   * @param reserved bytes of it that the architecture keeps for itself
   */
  int sharedBytes(String kernel, int reserved) {
    Integer section = sections.get(".nv.shared." + kernel);
    return section == null ? 0 : size(section) - reserved;
  }
}
