package io.tokenlane.engine.chat;

/**
 * The value of a name or attribute that is not there: prints as nothing, is false and empty, and
 * refuses all else.
 *
 * @param message what is not there, for the refusal
 */
record Undefined(String message) {

  static Undefined name(String name) {
    return new Undefined("'" + name + "' is undefined");
  }

  static Undefined attribute(Object owner, Object name, Budget budget) {
    String shown =
        owner instanceof java.util.Map ? "dict object" : Values.typeName(owner) + " object";
    return new Undefined("'" + shown + "' has no attribute " + PythonText.repr(name, budget));
  }

  TemplateException refuse() {
    return new TemplateException(message);
  }
}
