/**
 * Constrained decoding: which tokens may come next, so that the output is a word of a grammar over
 * bytes. A JSON schema becomes an expression, the expression a recursive transition network, and
 * that is run as an automaton with a stack over the bytes of tokens.
 */
@NullMarked
package io.tokenlane.engine.grammar;

import org.jspecify.annotations.NullMarked;
