package io.tokenlane.gateway.reload;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * {@code /actuator/reload}: the configuration files beside what is in force, and what became of the
 * last reload; an administrator reloads.
 */
@Endpoint(id = "reload")
public final class ReloadEndpoint {
  private static final int OK = 200;
  private static final int UNPROCESSABLE = 422;

  private final Reload reload;

  ReloadEndpoint(Reload reload) {
    this.reload = reload;
  }

  /** Where the files differ from what is in force, and the last outcome. */
  @ReadOperation
  public Map<String, Object> show() {
    Map<String, Object> shown = new LinkedHashMap<>();
    try {
      Map<String, List<Outcome.Change>> differs = new LinkedHashMap<>();
      reload.files().read().forEach(file -> differs.put(file.path().toString(), file.changes()));
      shown.put("files", differs);
    } catch (IOException | RuntimeException e) {
      String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
      shown.put("unreadable", why);
    }
    shown.put("last", told(reload.last()));
    return shown;
  }

  /** Reloads; 422 where nothing was taken over because something is wrong. */
  @WriteOperation
  public WebEndpointResponse<Map<String, Object>> reload() {
    Outcome outcome = reload.run();
    boolean refused = outcome.kind() == Outcome.Kind.REFUSED;
    return new WebEndpointResponse<>(told(outcome), refused ? UNPROCESSABLE : OK);
  }

  /** An outcome as it is shown. */
  public static Map<String, Object> told(Outcome outcome) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("outcome", outcome.kind().name().toLowerCase(Locale.ROOT));
    told.put("at", outcome.at().toString());
    if (!outcome.complaint().isEmpty()) {
      told.put("complaint", outcome.complaint());
    }
    told.put("changes", outcome.changes());
    told.put("afterRestart", outcome.restart());
    return told;
  }
}
