package io.tokenlane.engine.chat;

import java.util.List;

/** What a value is assigned to. */
sealed interface Target {

  void assign(Scope scope, Object value);

  /** A variable of the innermost scope. */
  record Name(String name) implements Target {
    @Override
    public void assign(Scope scope, Object value) {
      scope.set(name, value);
    }
  }

  /** An attribute of a namespace. */
  record Attribute(String owner, String name) implements Target {
    @Override
    public void assign(Scope scope, Object value) {
      if (!(scope.get(owner) instanceof Namespace namespace)) {
        throw new TemplateException(
            "cannot assign attribute '" + name + "' of '" + owner + "' (expected: a namespace)");
      }
      namespace.set(name, value);
    }
  }

  /** Several targets, one for each element of the value. */
  record Parts(List<Target> targets) implements Target {
    @Override
    public void assign(Scope scope, Object value) {
      List<Object> values = Values.list(value, scope.budget());
      scope.budget().elements(values.size());
      if (values.size() != targets.size()) {
        throw new TemplateException(
            "cannot unpack " + values.size() + " values (expected: " + targets.size() + ")");
      }
      for (int i = 0; i < values.size(); i++) {
        targets.get(i).assign(scope, values.get(i));
      }
    }
  }
}
