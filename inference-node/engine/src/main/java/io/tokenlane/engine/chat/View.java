package io.tokenlane.engine.chat;

import java.util.List;

/**
 * The keys, values or items of a dictionary: iterable and counted, but no sequence.
 *
 * @param name Python's name of the type
 */
record View(String name, List<Object> items) {}
