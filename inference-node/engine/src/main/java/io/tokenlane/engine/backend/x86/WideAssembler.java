package io.tokenlane.engine.backend.x86;

/**
 * Adds instructions on the 512-bit vector registers, 0 to 31, in the EVEX encoding (Intel 64 and
 * IA-32 Architectures Software Developer's Manual, volume 2, section 2.7). Displacements are always
 * 32 bits wide, which are not scaled as those of 8 bits are.
 */
final class WideAssembler extends Assembler {

  /** Loads a vector; need not be aligned. */
  void load(int to, int base, int displacement) {
    evexMemory(new Code(MAP_0F, PREFIX_F3, 0x6F), to, 0, base, displacement);
  }

  /** {@code vpermw}: 32 shorts in memory in the order that a register says. */
  void permuteShorts(int to, int order, int base, int displacement) {
    evexMemory(new Code(MAP_0F38, PREFIX_66, 0x8D).widening(), to, order, base, displacement);
  }

  /** One int in memory in all lanes. */
  void broadcastInt(int to, int base, int displacement) {
    evexMemory(new Code(MAP_0F38, PREFIX_66, 0x58), to, 0, base, displacement);
  }

  /** One float32 in memory in all lanes. */
  void broadcastFloat(int to, int base, int displacement) {
    evexMemory(new Code(MAP_0F38, PREFIX_66, 0x18), to, 0, base, displacement);
  }

  /** 16 binary16 numbers in memory as float32. */
  void widenHalves(int to, int base, int displacement) {
    evexMemory(new Code(MAP_0F38, PREFIX_66, 0x13), to, 0, base, displacement);
  }

  /**
   * {@code vpdpbusd}: products of unsigned bytes with the four signed ones in memory, neighbours
   * added, added to ints.
   */
  void addProducts(int sum, int bytes, int base, int displacement) {
    evexMemory(new Code(MAP_0F38, PREFIX_66, 0x50).broadcasting(), sum, bytes, base, displacement);
  }

  /** Products with one float32 in memory. */
  void multiplyAll(int to, int left, int base, int displacement) {
    evexMemory(new Code(MAP_0F, NO_PREFIX, 0x59).broadcasting(), to, left, base, displacement);
  }

  /** {@code sum = left * number + sum}, with one float32 in memory. */
  void multiplyAllAndAdd(int sum, int left, int base, int displacement) {
    evexMemory(new Code(MAP_0F38, PREFIX_66, 0xB8).broadcasting(), sum, left, base, displacement);
  }

  /** {@code sum = left * right + sum}. */
  void multiplyAndAdd(int sum, int left, int right) {
    evexRegister(new Code(MAP_0F38, PREFIX_66, 0xB8), sum, left, right);
  }

  /** Stores a vector; need not be aligned. */
  void store(int base, int displacement, int from) {
    evexMemory(new Code(MAP_0F, NO_PREFIX, 0x11), from, 0, base, displacement);
  }

  void clear(int register) {
    exclusiveOr(register, register, register);
  }

  void exclusiveOr(int to, int left, int right) {
    evexRegister(new Code(MAP_0F, PREFIX_66, 0xEF), to, left, right);
  }

  void addInts(int to, int left, int right) {
    evexRegister(new Code(MAP_0F, PREFIX_66, 0xFE), to, left, right);
  }

  void intsToFloats(int to, int from) {
    evexRegister(new Code(MAP_0F, NO_PREFIX, 0x5B), to, 0, from);
  }

  /** {@code to = left + one int in memory}. */
  void addInt(int to, int left, int base, int displacement) {
    evexMemory(new Code(MAP_0F, PREFIX_66, 0xFE).broadcasting(), to, left, base, displacement);
  }

  /** {@code to = left + right} where the mask is set, else zero. */
  void addIntsMasked(int to, int left, int right, int mask) {
    evexRegister(new Code(MAP_0F, PREFIX_66, 0xFE).zeroing(mask), to, left, right);
  }

  /** {@code to = from << bits}, ints. */
  void shiftLeft(int to, int from, int bits) {
    evexRegister(new Code(MAP_0F, PREFIX_66, 0x72), 6, to, from);
    emit(bits);
  }

  /** Sets a mask's bits, of register 1 to 7, where ints are below one in memory. */
  void isBelow(int mask, int ints, int base, int displacement) {
    Code compare = new Code(MAP_0F3A, PREFIX_66, 0x1F).broadcasting();
    evexMemory(compare, mask, ints, base, displacement);
    emit(1);
  }

  /** {@code to = mask ? yes : no}. */
  void blend(int to, int mask, int no, int yes) {
    evexRegister(new Code(MAP_0F38, PREFIX_66, 0x65).merging(mask), to, no, yes);
  }

  /** {@code to[i] = from[(i + lanes) % 16]}. */
  void rotate(int to, int from, int lanes) {
    evexRegister(new Code(MAP_0F3A, PREFIX_66, 0x03), to, from, from);
    emit(lanes);
  }

  /** {@code left > right ? left : right}: right where either is no number. */
  void largest(int to, int left, int right) {
    evexRegister(new Code(MAP_0F, NO_PREFIX, 0x5F), to, left, right);
  }

  /** {@code left < right ? left : right}: right where either is no number. */
  void smallest(int to, int left, int right) {
    evexRegister(new Code(MAP_0F, NO_PREFIX, 0x5D), to, left, right);
  }

  void add(int to, int left, int right) {
    evexRegister(new Code(MAP_0F, NO_PREFIX, 0x58), to, left, right);
  }

  void subtract(int to, int left, int right) {
    evexRegister(new Code(MAP_0F, NO_PREFIX, 0x5C), to, left, right);
  }

  void multiply(int to, int left, int right) {
    evexRegister(new Code(MAP_0F, NO_PREFIX, 0x59), to, left, right);
  }

  void divide(int to, int left, int right) {
    evexRegister(new Code(MAP_0F, NO_PREFIX, 0x5E), to, left, right);
  }

  /** Products with a vector in memory. */
  void multiply(int to, int left, int base, int displacement) {
    evexMemory(new Code(MAP_0F, NO_PREFIX, 0x59), to, left, base, displacement);
  }

  /** Sums with a vector in memory. */
  void add(int to, int left, int base, int displacement) {
    evexMemory(new Code(MAP_0F, NO_PREFIX, 0x58), to, left, base, displacement);
  }

  /** Sums with one float32 in memory. */
  void addAll(int to, int left, int base, int displacement) {
    evexMemory(new Code(MAP_0F, NO_PREFIX, 0x58).broadcasting(), to, left, base, displacement);
  }

  /** Differences from one float32 in memory. */
  void subtractAll(int to, int left, int base, int displacement) {
    evexMemory(new Code(MAP_0F, NO_PREFIX, 0x5C).broadcasting(), to, left, base, displacement);
  }

  /** {@code to = left * to + number}, with one float32 in memory. */
  void multiplyAndAddAll(int to, int left, int base, int displacement) {
    evexMemory(new Code(MAP_0F38, PREFIX_66, 0xA8).broadcasting(), to, left, base, displacement);
  }

  /** {@code to = left * to + right}. */
  void multiplyByAndAdd(int to, int left, int right) {
    evexRegister(new Code(MAP_0F38, PREFIX_66, 0xA8), to, left, right);
  }

  /** Stores the first lane. */
  void storeFirst(int base, int displacement, int from) {
    evexMemory(new Code(MAP_0F, PREFIX_F3, 0x11), from, 0, base, displacement);
  }

  /** Stores the lowest byte of each int. */
  void storeBytes(int base, int displacement, int from) {
    evexMemory(new Code(MAP_0F38, PREFIX_F3, 0x31), from, 0, base, displacement);
  }

  void and(int to, int left, int right) {
    evexRegister(new Code(MAP_0F, PREFIX_66, 0xDB), to, left, right);
  }

  /** The larger of signed ints. */
  void largestInt(int to, int left, int right) {
    evexRegister(new Code(MAP_0F38, PREFIX_66, 0x3D), to, left, right);
  }

  void subtractInts(int to, int left, int right) {
    evexRegister(new Code(MAP_0F, PREFIX_66, 0xFA), to, left, right);
  }

  /** Quotients by one float32 in memory. */
  void divideAll(int to, int left, int base, int displacement) {
    evexMemory(new Code(MAP_0F, NO_PREFIX, 0x5E).broadcasting(), to, left, base, displacement);
  }

  /** {@code to = left / right} where the mask is set, else zero. */
  void divideMasked(int to, int left, int right, int mask) {
    evexRegister(new Code(MAP_0F, NO_PREFIX, 0x5E).zeroing(mask), to, left, right);
  }

  /** Sets a mask's bits, of register 1 to 7, unless numbers are below one in memory. */
  void isNotBelow(int mask, int numbers, int base, int displacement) {
    evexMemory(new Code(MAP_0F, NO_PREFIX, 0xC2).broadcasting(), mask, numbers, base, displacement);
    emit(5);
  }

  /** 16 signed bytes in memory as ints. */
  void widenBytes(int to, int base, int displacement) {
    evexMemory(new Code(MAP_0F38, PREFIX_66, 0x21), to, 0, base, displacement);
  }

  /**
   * Which instruction.
   *
   * @param map the opcode map
   * @param prefix the implied prefix
   * @param wide the W bit
   * @param broadcast whether its memory operand is one element for all lanes
   * @param mask which mask it obeys, 0 for none, and 128 more if other lanes become zero
   */
  private record Code(int map, int prefix, int opcode, boolean wide, boolean broadcast, int mask) {

    Code(int map, int prefix, int opcode) {
      this(map, prefix, opcode, false, false, 0);
    }

    Code widening() {
      return new Code(map, prefix, opcode, true, broadcast, mask);
    }

    Code broadcasting() {
      return new Code(map, prefix, opcode, wide, true, mask);
    }

    Code merging(int register) {
      return new Code(map, prefix, opcode, wide, broadcast, register);
    }

    Code zeroing(int register) {
      return merging(1 << 7 | register);
    }
  }

  private void evexMemory(Code code, int register, int second, int base, int displacement) {
    evex(code, register, second, base);
    memory(register, base, displacement);
  }

  private void evexRegister(Code code, int register, int second, int right) {
    evex(code, register, second, right);
    emit(0xC0 | (register & 7) << 3 | (right & 7));
  }

  /** The four-byte prefix of a 512-bit instruction, and the opcode. */
  private void evex(Code code, int register, int second, int baseOrRegister) {
    int extension =
        (~register >> 3 & 1) << 7
            | (~baseOrRegister >> 4 & 1) << 6
            | (~baseOrRegister >> 3 & 1) << 5
            | (~register >> 4 & 1) << 4;
    int length512 = 2 << 5;
    emit(
        0x62,
        extension | code.map(),
        (code.wide() ? 1 << 7 : 0) | (~second & 15) << 3 | 1 << 2 | code.prefix(),
        code.mask() | length512 | (code.broadcast() ? 1 << 4 : 0) | (~second >> 4 & 1) << 3,
        code.opcode());
  }
}
