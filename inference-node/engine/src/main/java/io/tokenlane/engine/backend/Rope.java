package io.tokenlane.engine.backend;

/** A rotary embedding on a backend, made by {@link Backend#rope}. */
public interface Rope {}
