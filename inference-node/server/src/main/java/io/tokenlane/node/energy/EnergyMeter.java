package io.tokenlane.node.energy;

/** Counts the energy that this process has taken since its start. */
public interface EnergyMeter {

  /** Joules; never less than before. Safe to call from any thread. */
  double joules();

  /** Where they come from: {@code rapl} or {@code model}. */
  String source();

  /** Whether they are an estimate by a declared model instead of a measurement. */
  boolean estimated();
}
