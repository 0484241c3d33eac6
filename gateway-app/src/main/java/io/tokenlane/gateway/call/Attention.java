package io.tokenlane.gateway.call;

/** How closely a request is watched. */
public enum Attention {
  /** Nobody will ask. */
  NONE,
  /** Only by which key the cache was asked. */
  KEYS,
  /** Decisions and their reasons are kept. */
  DECISIONS,
  /** The texts of prompts too. */
  TEXTS
}
