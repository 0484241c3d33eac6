package io.tokenlane.engine.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of a call as written. */
record ArgumentList(
    List<Expr> positional,
    List<Named> named,
    @Nullable Expr spreadList,
    @Nullable Expr spreadDict) {

  static final ArgumentList NONE = new ArgumentList(List.of(), List.of(), null, null);

  /** {@code name=value}. */
  record Named(String name, Expr value) {}

  Arguments eval(Scope scope) {
    List<Object> values = new ArrayList<>();
    for (Expr expr : positional) {
      values.add(expr.eval(scope));
    }
    Map<String, Object> byName = new LinkedHashMap<>();
    for (Named argument : named) {
      byName.put(argument.name(), argument.value().eval(scope));
    }
    if (spreadList != null) {
      List<Object> spread = Values.list(spreadList.eval(scope), scope.budget());
      scope.budget().allocate(spread.size());
      values.addAll(spread);
    }
    if (spreadDict != null) {
      if (!(spreadDict.eval(scope) instanceof Map<?, ?> map)) {
        throw new TemplateException("argument after ** must be a mapping");
      }
      scope.budget().objects(map.size());
      map.forEach((key, value) -> byName.put(Values.print(key, scope.budget()), value));
    }
    return new Arguments(values, byName);
  }
}
