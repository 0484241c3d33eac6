/** Model files: GGUF files and Hugging Face folders, read as untrusted input. */
@NullMarked
package io.tokenlane.engine.checkpoint;

import org.jspecify.annotations.NullMarked;
