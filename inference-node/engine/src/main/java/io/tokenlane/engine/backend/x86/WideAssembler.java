package io.tokenlane.engine.backend.x86;

/**
 * Adds instructions on the 512-bit vector registers, 0 to 31, in the EVEX encoding (Intel 64 and
 * IA-32 Architectures Software Developer's Manual, volume 2, section 2.7). Displacements are always
 * 32 bits wide, which are not scaled as those of 8 bits are.
 */
final class WideAssembler extends Assembler {

  /** 32 bytes in memory, widened to shorts. */
  void widenBytes(int to, int base, int displacement) {
    evexMemory(new Code(MAP_0F38, PREFIX_66, 0x20), to, 0, base, displacement);
  }

  /** 16 binary16 numbers in memory as float32. */
  void widenHalves(int to, int base, int displacement) {
    evexMemory(new Code(MAP_0F38, PREFIX_66, 0x13), to, 0, base, displacement);
  }

  /**
   * {@code vpdpwssd}: products of signed shorts with the pair in memory, neighbours added, added to
   * ints.
   */
  void addProducts(int sum, int shorts, int base, int displacement) {
    evexMemory(new Code(MAP_0F38, PREFIX_66, 0x52).broadcasting(), sum, shorts, base, displacement);
  }

  /**
   * {@code vpdpbusd}: products of unsigned bytes with the four signed ones in memory, neighbours
   * added, added to ints.
   */
  void addByteProducts(int sum, int unsigned, int base, int displacement) {
    Code code = new Code(MAP_0F38, PREFIX_66, 0x50).broadcasting();
    evexMemory(code, sum, unsigned, base, displacement);
  }

  /** {@code vpermw}: the shorts in memory in the order of an index. */
  void permuteShorts(int to, int index, int base, int displacement) {
    evexMemory(new Code(MAP_0F38, PREFIX_66, 0x8D).wide(), to, index, base, displacement);
  }

  /** Loads a vector; need not be aligned. */
  void load(int to, int base, int displacement) {
    evexMemory(new Code(MAP_0F, NO_PREFIX, 0x10), to, 0, base, displacement);
  }

  /** An int in memory, to all lanes. */
  void broadcastInt(int to, int base, int displacement) {
    evexMemory(new Code(MAP_0F38, PREFIX_66, 0x58), to, 0, base, displacement);
  }

  void xor(int to, int left, int right) {
    evexRegister(new Code(MAP_0F, PREFIX_66, 0xEF), to, left, right);
  }

  /** Less an int in memory in all lanes. */
  void subtractInt(int to, int left, int base, int displacement) {
    evexMemory(new Code(MAP_0F, PREFIX_66, 0xFA).broadcasting(), to, left, base, displacement);
  }

  /** Products with one float32 in memory. */
  void multiplyAll(int to, int left, int base, int displacement) {
    evexMemory(new Code(MAP_0F, NO_PREFIX, 0x59).broadcasting(), to, left, base, displacement);
  }

  /** {@code to = to * factor + memory}. */
  void multiplyAndAdd(int to, int factor, int base, int displacement) {
    evexMemory(new Code(MAP_0F38, PREFIX_66, 0xA8), to, factor, base, displacement);
  }

  /** Stores a vector; need not be aligned. */
  void store(int base, int displacement, int from) {
    evexMemory(new Code(MAP_0F, NO_PREFIX, 0x11), from, 0, base, displacement);
  }

  void clear(int register) {
    evexRegister(new Code(MAP_0F, PREFIX_66, 0xEF), register, register, register);
  }

  void addInts(int to, int left, int right) {
    evexRegister(new Code(MAP_0F, PREFIX_66, 0xFE), to, left, right);
  }

  void intsToFloats(int to, int from) {
    evexRegister(new Code(MAP_0F, NO_PREFIX, 0x5B), to, 0, from);
  }

  /**
   * Which instruction.
   *
   * @param map the opcode map
   * @param prefix the implied prefix
   * @param broadcast whether its memory operand is one element for all lanes
   * @param w the bit W of the prefix
   */
  private record Code(int map, int prefix, int opcode, boolean broadcast, int w) {

    Code(int map, int prefix, int opcode) {
      this(map, prefix, opcode, false, 0);
    }

    Code broadcasting() {
      return new Code(map, prefix, opcode, true, w);
    }

    Code wide() {
      return new Code(map, prefix, opcode, broadcast, 1);
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

  /** The four-byte prefix of a 512-bit instruction without a mask, and the opcode. */
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
        code.w() << 7 | (~second & 15) << 3 | 1 << 2 | code.prefix(),
        length512 | (code.broadcast() ? 1 << 4 : 0) | (~second >> 4 & 1) << 3,
        code.opcode());
  }
}
