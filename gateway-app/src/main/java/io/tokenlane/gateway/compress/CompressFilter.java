package io.tokenlane.gateway.compress;

import io.tokenlane.gateway.call.BodyRequest;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.PromptTokens;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.route.FilterOrder;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/**
 * Renders templates and compresses chats on a bounded scheduler. Compression never breaks a call:
 * where there is no room or something fails, the body goes on as it came, counted; a call that
 * names a template fails then, since it has no prompt without it.
 */
final class CompressFilter implements GlobalFilter, Ordered {
  /** Tells of a dry run what each rule would have saved. */
  static final String REPORT = "x-tokenlane-compression-report";

  /** Tells which template made the prompt. */
  static final String TEMPLATE = "x-tokenlane-template";

  private final Policies policies;
  private final CallCompressor compressor;
  private final TemplateCalls templates;
  private final MinedTemplates mined;
  private final Workers workers;
  private final CompressionMeters meters;

  CompressFilter(
      Policies policies,
      CallCompressor compressor,
      TemplateCalls templates,
      MinedTemplates mined,
      Workers workers,
      CompressionMeters meters) {
    this.policies = policies;
    this.compressor = compressor;
    this.templates = templates;
    this.mined = mined;
    this.workers = workers;
    this.meters = meters;
  }

  @Override
  public int getOrder() {
    return FilterOrder.COMPRESS;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    Trail trail = Trail.of(exchange);
    Optional<InferenceCall> call = trail.call().filter(CompressFilter::hasPrompt);
    String route = route(exchange);
    RoutePolicy policy = policies.of(route);
    if (call.isEmpty() || policy.mode() == CompressionMode.OFF) {
      return chain.filter(exchange);
    }
    boolean templated = call.get().body().has(TemplateCalls.TEMPLATE);
    if (!templated && passesAsItIs(exchange, call.get(), policy)) {
      return chain.filter(exchange);
    }
    return workers
        .run(() -> new Visit(exchange, call.get(), route, policy).rewritten())
        .onErrorResume(
            failure -> !templated,
            failure -> {
              meters.skipped();
              return Mono.just(exchange);
            })
        .flatMap(chain::filter);
  }

  /** Short chats, which are most, do not change threads. */
  private boolean passesAsItIs(ServerWebExchange exchange, InferenceCall call, RoutePolicy policy) {
    if (call.kind() == CallKind.COMPLETION) {
      return true;
    }
    boolean asItIs = !policy.minesTemplates() && !policy.onlyReports();
    CallCompressor.Outcome outcome = asItIs ? compressor.asItIs(call, policy) : null;
    if (outcome == null) {
      return false;
    }
    tell(exchange, call, outcome);
    return true;
  }

  private static void tell(
      ServerWebExchange exchange, InferenceCall call, CallCompressor.Outcome outcome) {
    Trail.of(exchange).compressed(outcome.tokens());
    Trail.of(exchange).decided(() -> Reports.decision(outcome, call.body(), exchange));
  }

  private static boolean hasPrompt(InferenceCall call) {
    return call.kind() == CallKind.CHAT || call.kind() == CallKind.COMPLETION;
  }

  private static boolean asksForJson(ObjectNode body) {
    return body.at("/response_format/type").asString("").startsWith("json_");
  }

  private static String route(ServerWebExchange exchange) {
    Route route = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
    return route == null ? "" : route.getId();
  }

  /** One call on its way. */
  private final class Visit {
    private final ServerWebExchange exchange;
    private final InferenceCall call;
    private final String route;
    private final RoutePolicy policy;
    private final String tenant;

    Visit(ServerWebExchange exchange, InferenceCall call, String route, RoutePolicy policy) {
      this.exchange = exchange;
      this.call = call;
      this.route = route;
      this.policy = policy;
      this.tenant = TenantTemplates.tenant(exchange);
    }

    ServerWebExchange rewritten() {
      TemplateCalls.Rendered rendered = templates.render(tenant, call.kind(), call.body());
      if (rendered != null) {
        return rendered(rendered);
      }
      return call.kind() == CallKind.CHAT ? compressed() : exchange;
    }

    /** Not compressed: names would differ from call to call, and the shared beginning with them. */
    private ServerWebExchange rendered(TemplateCalls.Rendered rendered) {
      int tokens = compressor.tokens(rendered.body(), policy);
      Trail.of(exchange).compressed(new PromptTokens(tokens, tokens));
      exchange.getResponse().getHeaders().set(TEMPLATE, rendered.template().reference());
      meters.rendered(route);
      return with(rendered.body());
    }

    private ServerWebExchange compressed() {
      if (policy.minesTemplates()) {
        mine();
      }
      CallCompressor.Outcome outcome = compressor.compress(call.body(), policy);
      tell(exchange, call, outcome);
      if (policy.onlyReports()) {
        exchange.getResponse().getHeaders().set(REPORT, Reports.line(outcome));
        meters.reported(route, outcome);
        return exchange;
      }
      ObjectNode body = outcome.body();
      if (body == null) {
        return exchange;
      }
      meters.saved(route, outcome, policy.pricePerMillionTokens());
      ServerWebExchange sent = with(body);
      return outcome.names().isEmpty() ? sent : restoring(sent, outcome);
    }

    /** For later calls: whatever keeps it from being done does not keep this one from anything. */
    private void mine() {
      try {
        mined.see(tenant, route, call.body());
      } catch (RuntimeException | StackOverflowError failure) {
        meters.notMined();
      }
    }

    private ServerWebExchange with(ObjectNode body) {
      return BodyRequest.with(exchange, ByteBuffer.wrap(CallParser.write(body)));
    }

    /** Answers that came encoded could not be read. */
    private ServerWebExchange restoring(ServerWebExchange sent, CallCompressor.Outcome outcome) {
      return sent.mutate()
          .request(r -> r.headers(fields -> fields.remove(HttpHeaders.ACCEPT_ENCODING)))
          .response(
              new RestoringResponse(
                  sent.getResponse(), new Names(outcome.names()), asksForJson(call.body())))
          .build();
    }
  }
}
