package io.tokenlane.node;

import io.tokenlane.node.load.LoadedModel;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One real node on the demo model for all tests of a run; gives them a client of it, or its model.
 */
public final class RunningNode implements ParameterResolver {

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == NodeClient.class || type == LoadedModel.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    TestNode node =
        context
            .getRoot()
            .getStore(ExtensionContext.Namespace.create(RunningNode.class))
            .computeIfAbsent(TestNode.class, key -> startAndWait(), TestNode.class);
    return parameter.getParameter().getType() == NodeClient.class
        ? node.client()
        : node.awaitModel();
  }

  private static TestNode startAndWait() {
    TestNode node = TestNode.start(NodeApplication.create(), "--tokenlane.node.threads=1");
    node.awaitModel();
    return node;
  }
}
