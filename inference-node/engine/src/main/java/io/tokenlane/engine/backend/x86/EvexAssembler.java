package io.tokenlane.engine.backend.x86;

/**
 * Encodes the AVX-512 instructions that kernels are made of (Intel 64 and IA-32 Architectures
 * Software Developer's Manual, volume 2, section 2.7). Vector registers are the 512-bit ones, 0 to
 * 31. Every memory operand is a base register, but RSP and R12, and a 32-bit displacement.
 */
final class EvexAssembler {
  private static final int MAP_0F = 1;
  private static final int MAP_0F38 = 2;
  private static final int NO_PREFIX = 0;
  private static final int PREFIX_66 = 1;
  private static final int LENGTH_512 = 2 << 5;
  private static final int BROADCAST = 1 << 4;

  private final Assembler to;

  /**
   * @param to what the instructions are appended to
   */
  EvexAssembler(Assembler to) {
    this.to = to;
  }

  /** 32 bytes in memory, widened to shorts. */
  void vpmovsxbw(int register, int base, int displacement) {
    memory(new Code(MAP_0F38, PREFIX_66, 0x20, 0), register, 0, base, displacement);
  }

  /**
   * {@code sum += products of shorts, neighbours added}: those of a vector and of a pair in memory,
   * to all lanes. Never saturates.
   */
  void vpdpwssdBroadcast(int sum, int left, int base, int displacement) {
    memory(new Code(MAP_0F38, PREFIX_66, 0x52, BROADCAST), sum, left, base, displacement);
  }

  /** 16 binary16 numbers in memory as float32. */
  void vcvtph2ps(int register, int base, int displacement) {
    memory(new Code(MAP_0F38, PREFIX_66, 0x13, 0), register, 0, base, displacement);
  }

  /** {@code register = left * number in memory, to all lanes}. */
  void vmulpsBroadcast(int register, int left, int base, int displacement) {
    memory(new Code(MAP_0F, NO_PREFIX, 0x59, BROADCAST), register, left, base, displacement);
  }

  /** {@code register = register * factor + memory}. */
  void vfmadd213ps(int register, int factor, int base, int displacement) {
    memory(new Code(MAP_0F38, PREFIX_66, 0xA8, 0), register, factor, base, displacement);
  }

  /** Stores a vector; need not be aligned. */
  void vmovups(int base, int displacement, int register) {
    memory(new Code(MAP_0F, NO_PREFIX, 0x11, 0), register, 0, base, displacement);
  }

  void vpaddd(int register, int left, int right) {
    registers(new Code(MAP_0F, PREFIX_66, 0xFE, 0), register, left, right);
  }

  void vpxord(int register, int left, int right) {
    registers(new Code(MAP_0F, PREFIX_66, 0xEF, 0), register, left, right);
  }

  void vcvtdq2ps(int register, int from) {
    registers(new Code(MAP_0F, NO_PREFIX, 0x5B, 0), register, 0, from);
  }

  /** What an instruction is, operands apart. */
  private record Code(int map, int prefix, int opcode, int broadcast) {}

  private void memory(Code code, int register, int second, int base, int displacement) {
    prefix(code, register, second, (~base >> 3 & 1) << 5 | 1 << 6);
    to.emit(code.opcode);
    to.memory(register, base, displacement);
  }

  private void registers(Code code, int register, int second, int other) {
    prefix(code, register, second, (~other >> 3 & 1) << 5 | (~other >> 4 & 1) << 6);
    to.emit(code.opcode, 0xC0 | (register & 7) << 3 | (other & 7));
  }

  /** The four-byte EVEX prefix; {@code rest} holds the inverted X and B bits. */
  private void prefix(Code code, int register, int second, int rest) {
    int first = (~register >> 3 & 1) << 7 | rest | (~register >> 4 & 1) << 4 | code.map;
    int middle = (~second & 15) << 3 | 1 << 2 | code.prefix;
    int last = LENGTH_512 | code.broadcast | (~second >> 4 & 1) << 3;
    to.emit(0x62, first, middle, last);
  }
}
