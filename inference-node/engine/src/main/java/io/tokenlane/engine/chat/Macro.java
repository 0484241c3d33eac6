package io.tokenlane.engine.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A macro and the scope it was defined in. */
final class Macro implements Callable {
  private final Definition definition;
  private final Scope defining;

  /** A parameter and its default. */
  record Parameter(String name, @Nullable Expr value) {}

  /**
   * A macro as written.
   *
   * @param takesMore whether its body reads {@code varargs}
   * @param takesNames whether its body reads {@code kwargs}
   */
  record Definition(
      String name,
      List<Parameter> parameters,
      List<Statement> body,
      boolean takesMore,
      boolean takesNames) {}

  Macro(Definition definition, Scope defining) {
    this.definition = definition;
    this.defining = defining;
  }

  @Override
  public Object call(Arguments arguments, Scope caller) {
    Budget budget = caller.budget();
    budget.enter();
    Scope scope = defining.inner();
    Map<String, Object> named = new LinkedHashMap<>(arguments.named());
    Object block = named.remove("caller");
    scope.set("caller", block == null ? new Undefined("No caller defined") : block);
    bind(arguments.positional(), named, scope);
    String text = Statements.capture(definition.body(), scope).text();
    budget.leave();
    return text;
  }

  private void bind(List<Object> positional, Map<String, Object> named, Scope scope) {
    List<Parameter> parameters = definition.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      Object byName = named.remove(parameter.name());
      Object given = i < positional.size() ? positional.get(i) : byName;
      if (i < positional.size() && byName != null) {
        throw refuse("got several values for '" + parameter.name() + "'");
      }
      scope.set(parameter.name(), given == null ? otherwise(parameter, scope) : given);
    }
    bindRest(positional, named, scope);
  }

  private void bindRest(List<Object> positional, Map<String, Object> named, Scope scope) {
    int count = definition.parameters().size();
    if (definition.takesNames()) {
      scope.set("kwargs", new LinkedHashMap<Object, Object>(named));
    } else if (!named.isEmpty()) {
      throw refuse("takes no argument '" + named.keySet().iterator().next() + "'");
    }
    List<Object> rest = positional.subList(Math.min(count, positional.size()), positional.size());
    if (definition.takesMore()) {
      scope.set("varargs", new Tuple(new ArrayList<>(rest)));
    } else if (!rest.isEmpty()) {
      throw refuse("takes not more than " + count + " arguments");
    }
  }

  private static Object otherwise(Parameter parameter, Scope scope) {
    return parameter.value() == null
        ? new Undefined("parameter '" + parameter.name() + "' was not provided")
        : parameter.value().eval(scope);
  }

  private TemplateException refuse(String what) {
    return new TemplateException("macro '" + definition.name() + "' " + what);
  }
}
