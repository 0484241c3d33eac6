package io.tokenlane.engine.chat;

/**
 * A template could not be compiled or rendered: it is malformed, refused the conversation, or
 * passed a limit. The message says which and is fit for the client.
 */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TemplateException(String message) {
    super(message);
  }
}
