package io.tokenlane.engine.kv;

/** A block to copy, all layers, before the step that writes into the copy. */
public record BlockCopy(int from, int to) {}
