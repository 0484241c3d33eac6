package io.tokenlane.engine.backend.x86;

import java.util.Arrays;

/**
 * Encodes the few x86-64 instructions that the kernels are made of (Intel 64 and IA-32
 * Architectures Software Developer's Manual, volume 2: chapter 2 for the prefixes, 3 to 5 for the
 * opcodes). Vector registers are the 256-bit ones, 0 to 15; {@link WideAssembler} has those of 512
 * bits. Every memory operand is a base register and a 32-bit displacement.
 */
class Assembler {
  /** General registers that a function may use without saving them, and RBX, which it must save. */
  static final int RAX = 0;

  static final int RCX = 1;
  static final int RDX = 2;
  static final int RBX = 3;
  static final int RSI = 6;
  static final int RDI = 7;
  static final int R8 = 8;
  static final int R9 = 9;
  static final int R10 = 10;
  static final int R11 = 11;

  /** Further ones that a function must save. */
  static final int RBP = 5;

  /** Not for addresses. */
  static final int R12 = 12;

  static final int R13 = 13;
  static final int R14 = 14;
  static final int R15 = 15;

  /** Opcode maps and implied prefixes of the VEX and EVEX encodings. */
  static final int MAP_0F = 1;

  static final int MAP_0F38 = 2;
  static final int MAP_0F3A = 3;
  static final int NO_PREFIX = 0;
  static final int PREFIX_66 = 1;
  static final int PREFIX_F3 = 2;

  private byte[] code = new byte[1024];
  private int length;

  /** Where the next instruction will be; a target to jump to. */
  final int here() {
    return length;
  }

  final byte[] code() {
    return Arrays.copyOf(code, length);
  }

  /** 16 bytes in memory, widened to shorts. */
  void vpmovsxbw(int to, int base, int displacement) {
    fromMemory(0x20, to, 0, base, displacement);
  }

  /** An int in memory, to all lanes. */
  void vpbroadcastd(int to, int base, int displacement) {
    fromMemory(0x58, to, 0, base, displacement);
  }

  /** A float32 in memory, to all lanes. */
  void vbroadcastss(int to, int base, int displacement) {
    fromMemory(0x18, to, 0, base, displacement);
  }

  /** 8 binary16 numbers in memory as float32. */
  void vcvtph2ps(int to, int base, int displacement) {
    fromMemory(0x13, to, 0, base, displacement);
  }

  /** {@code to = to * factor + memory}. */
  void vfmadd213ps(int to, int factor, int base, int displacement) {
    fromMemory(0xA8, to, factor, base, displacement);
  }

  /** Products of signed shorts, neighbours added to ints. */
  void vpmaddwd(int to, int left, int right) {
    fromRegister(PREFIX_66, 0xF5, to, left, right);
  }

  void vpaddd(int to, int left, int right) {
    fromRegister(PREFIX_66, 0xFE, to, left, right);
  }

  void vpxor(int to, int left, int right) {
    fromRegister(PREFIX_66, 0xEF, to, left, right);
  }

  void vcvtdq2ps(int to, int from) {
    fromRegister(NO_PREFIX, 0x5B, to, 0, from);
  }

  void vmulps(int to, int left, int right) {
    fromRegister(NO_PREFIX, 0x59, to, left, right);
  }

  /** Stores a vector; need not be aligned. */
  void vmovups(int base, int displacement, int from) {
    vex(from, 0, base, MAP_0F, NO_PREFIX);
    emit(0x11);
    memory(from, base, displacement);
  }

  void vzeroupper() {
    emit(0xC5, 0xF8, 0x77);
  }

  /** Loads a long. */
  void mov(int to, int base, int displacement) {
    rex(to, base);
    emit(0x8B);
    memory(to, base, displacement);
  }

  /** Loads an int. */
  void loadInt(int to, int base, int displacement) {
    emit(0x40 | to >> 3 << 2 | base >> 3, 0x8B);
    memory(to, base, displacement);
  }

  /** Stores an int. */
  void storeInt(int base, int displacement, int from) {
    emit(0x40 | from >> 3 << 2 | base >> 3, 0x89);
    memory(from, base, displacement);
  }

  void mov(int to, int from) {
    rex(from, to);
    emit(0x89, 0xC0 | (from & 7) << 3 | (to & 7));
  }

  /** {@code to += from}, whole registers. */
  void addRegister(int to, int from) {
    rex(from, to);
    emit(0x01, 0xC0 | (from & 7) << 3 | (to & 7));
  }

  void add(int to, int number) {
    rex(0, to);
    emit(0x81, 0xC0 | (to & 7));
    emit32(number);
  }

  /** Loads a small number. */
  void set(int to, int number) {
    rex(0, to);
    emit(0xC7, 0xC0 | (to & 7));
    emit32(number);
  }

  void dec(int register) {
    rex(0, register);
    emit(0xFF, 0xC8 | (register & 7));
  }

  /** Jumps back unless the last {@link #dec} gave zero. */
  void jnz(int target) {
    emit(0x0F, 0x85);
    emit32(target - (length + 4));
  }

  /** Fetches a cache line ahead; addresses that do not exist do no harm. */
  void prefetcht0(int base, int displacement) {
    rex(0, base);
    emit(0x0F, 0x18);
    memory(1, base, displacement);
  }

  /** A function begins: keeps what its caller wants back. */
  final void enter(int... saved) {
    for (int register : saved) {
      push(register);
    }
  }

  /** The function ends as it began; its whole code. */
  final byte[] leave(int... saved) {
    for (int i = saved.length - 1; i >= 0; i--) {
      pop(saved[i]);
    }
    vzeroupper();
    ret();
    return code();
  }

  void push(int register) {
    emit(0x40 | register >> 3, 0x50 | (register & 7));
  }

  void pop(int register) {
    emit(0x40 | register >> 3, 0x58 | (register & 7));
  }

  void ret() {
    emit(0xC3);
  }

  private void fromMemory(int opcode, int to, int left, int base, int displacement) {
    vex(to, left, base, MAP_0F38, PREFIX_66);
    emit(opcode);
    memory(to, base, displacement);
  }

  private void fromRegister(int prefix, int opcode, int to, int left, int right) {
    vex(to, left, right, MAP_0F, prefix);
    emit(opcode, 0xC0 | (to & 7) << 3 | (right & 7));
  }

  /** The three-byte VEX prefix of a 256-bit instruction. */
  private void vex(int register, int second, int baseOrRegister, int map, int prefix) {
    int inverted = (~register >> 3 & 1) << 7 | 1 << 6 | (~baseOrRegister >> 3 & 1) << 5;
    emit(0xC4, inverted | map, (~second & 15) << 3 | 1 << 2 | prefix);
  }

  private void rex(int register, int base) {
    emit(0x48 | register >> 3 << 2 | base >> 3);
  }

  final void memory(int register, int base, int displacement) {
    emit(0x80 | (register & 7) << 3 | (base & 7));
    emit32(displacement);
  }

  final void emit(int... bytes) {
    if (length + bytes.length > code.length) {
      code = Arrays.copyOf(code, 2 * code.length);
    }
    for (int b : bytes) {
      code[length++] = (byte) b;
    }
  }

  private void emit32(int value) {
    emit(value, value >> 8, value >> 16, value >> 24);
  }
}
