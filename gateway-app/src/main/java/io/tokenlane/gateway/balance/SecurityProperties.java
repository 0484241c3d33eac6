package io.tokenlane.gateway.balance;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.security}.
 *
 * @param forwardAuthorization whether nodes see the client's {@code Authorization}; default false
 */
public record SecurityProperties(@DefaultValue("false") boolean forwardAuthorization) {}
