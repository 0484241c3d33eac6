package io.tokenlane.engine.backend.x86;

import static io.tokenlane.engine.backend.x86.Assembler.R8;
import static io.tokenlane.engine.backend.x86.Assembler.RAX;
import static io.tokenlane.engine.backend.x86.Assembler.RCX;
import static io.tokenlane.engine.backend.x86.Assembler.RDI;
import static io.tokenlane.engine.backend.x86.Assembler.RDX;
import static io.tokenlane.engine.backend.x86.Assembler.RSI;

/**
 * {@code out = gate / (1 + e^-gate) * up}, by 16 numbers, with AVX-512. It takes the addresses
 * (System V calling convention) of longs, of float32 that hold gates and ups, and of those that
 * take the results:
 *
 * <pre>
 * turns of 16, where gates begin, where ups begin, where results begin, all in bytes
 * </pre>
 */
final class GateCode {
  /** Where the exponential's constants lie behind the arguments. */
  static final int EXP = 64;

  /** Bytes of all arguments. */
  static final int ARGUMENTS = EXP + ExpCode.BYTES;

  private static final int GATE = 0;
  private static final int POWER = 1;
  private static final int ZERO = 2;
  private static final int LEAST = 3;
  private static final int MOST = 4;
  private static final int LINE = 64;

  private GateCode() {}

  static byte[] assemble() {
    WideAssembler asm = new WideAssembler();
    ExpCode exp = new ExpCode(asm, EXP, LEAST, 5, 6, 7);
    asm.enter();
    asm.mov(RAX, RDI, 0);
    asm.mov(RCX, RDI, Long.BYTES);
    asm.addRegister(RCX, RSI);
    asm.mov(R8, RDI, 2 * Long.BYTES);
    asm.addRegister(R8, RSI);
    asm.mov(RSI, RDI, 3 * Long.BYTES);
    asm.addRegister(RDX, RSI);
    exp.begin();
    asm.broadcastFloat(MOST, RDI, exp.most());
    asm.clear(ZERO);
    int turn = asm.here();
    asm.load(GATE, RCX, 0);
    asm.subtract(POWER, ZERO, GATE);
    asm.smallest(POWER, MOST, POWER);
    exp.exp(POWER, 0);
    asm.addAll(POWER, POWER, RDI, exp.one());
    asm.divide(GATE, GATE, POWER);
    asm.multiply(GATE, GATE, R8, 0);
    asm.store(RDX, 0, GATE);
    asm.add(RCX, LINE);
    asm.add(R8, LINE);
    asm.add(RDX, LINE);
    asm.dec(RAX);
    asm.jnz(turn);
    return asm.leave();
  }
}
