package io.tokenlane.gateway.security;

import org.jspecify.annotations.Nullable;

/**
 * The token that lets an administrator in.
 *
 * @param value null where there is none
 */
public record AdminToken(@Nullable String value) {}
