package io.tokenlane.gateway.security;

/** A part of the gateway that lets people in itself, and answers every path below its own. */
@FunctionalInterface
public interface OwnDoor {
  /** The path and all below it, such as {@code /console}. */
  String path();
}
