package io.tokenlane.engine.grammar;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Formats of strings as patterns, each a part of what the format allows that all readers take. */
final class Formats {
  private static final String DATE =
      "(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])"
          + "|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))"
          + "|(?:\\d{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)";
  private static final String TIME =
      "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?(?:Z|[+-](?:0\\d|1[0-7]):[0-5]\\d)";
  private static final String LABEL = "[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?";
  private static final String HOST = LABEL + "(?:\\." + LABEL + "){0,4}";
  private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final String HEX4 = "[0-9a-f]{1,4}";

  /** Validators know the top-level domains; these are the common ones. */
  private static final String TOP_LEVEL =
      "com|org|net|edu|gov|mil|int|info|biz|name|pro|museum|io|ai|app|dev|cloud|online|shop|xyz"
          + "|ac|ad|ae|af|ag|al|am|ar|at|au|az|ba|bb|bd|be|bg|bh|bo|br|by|bz|ca|cc|ch|ci|cl|cm|cn|co"
          + "|cr|cu|cy|cz|de|dk|do|dz|ec|ee|eg|es|et|eu|fi|fj|fm|fr|ge|gh|gl|gr|gt|hk|hn|hr|ht|hu|id"
          + "|ie|il|in|iq|ir|is|it|jm|jo|jp|ke|kg|kh|kr|kw|kz|la|lb|li|lk|lt|lu|lv|ly|ma|mc|md|me|mg"
          + "|mk|mn|mo|mt|mu|mx|my|mz|na|ng|ni|nl|no|np|nz|om|pa|pe|ph|pk|pl|pr|ps|pt|py|qa|ro|rs|ru"
          + "|rw|sa|sd|se|sg|si|sk|sn|so|sv|sy|th|tj|tk|tn|to|tr|tt|tv|tw|tz|ua|ug|uk|us|uy|uz|va|ve"
          + "|vn|ye|za|zm|zw";

  /** By name: those of OpenAI's structured outputs (RFC 3339, 5321, 1123, 2673, 4291, 4122). */
  private static final Map<String, String> PATTERNS = new TreeMap<>();

  static {
    PATTERNS.put("date", DATE);
    PATTERNS.put("time", TIME);
    PATTERNS.put("date-time", DATE + "T" + TIME);
    PATTERNS.put(
        "duration",
        "P(?:\\d{1,4}W|\\d{1,4}D|\\d{1,4}Y(?:\\d{1,2}M(?:\\d{1,2}D)?)?|\\d{1,4}M(?:\\d{1,2}D)?"
            + "|(?:\\d{1,4}D)?T(?:\\d{1,4}H(?:\\d{1,2}M(?:\\d{1,2}S)?)?|\\d{1,4}M(?:\\d{1,2}S)?"
            + "|\\d{1,4}S))");
    PATTERNS.put(
        "email",
        "[A-Za-z0-9_+-]{1,20}(?:\\.[A-Za-z0-9_+-]{1,20}){0,2}@"
            + LABEL
            + "(?:\\."
            + LABEL
            + "){0,3}\\.(?:"
            + TOP_LEVEL
            + ")");
    PATTERNS.put("hostname", HOST);
    PATTERNS.put("ipv4", OCTET + "(?:\\." + OCTET + "){3}");
    PATTERNS.put(
        "ipv6",
        "(?:(?:" + HEX4 + ":){7}" + HEX4 + "|(?:" + HEX4 + ":){1,6}:" + HEX4 + "|::" + HEX4 + ")");
    PATTERNS.put("uuid", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    PATTERNS.put(
        "uri",
        "(?:https?|ftp)://"
            + HOST
            + "(?::[1-9]\\d{0,3})?(?:/[A-Za-z0-9._~-]{0,40}){0,8}"
            + "(?:\\?[A-Za-z0-9._~=&-]{0,80})?(?:#[A-Za-z0-9._~-]{0,40})?");
    PATTERNS.replaceAll((name, pattern) -> "^(?:" + pattern + ")$");
  }

  private Formats() {}

  /** The pattern; null if the format is not known. */
  static @Nullable String pattern(String format) {
    return PATTERNS.get(format);
  }

  static String known() {
    return String.join(", ", PATTERNS.keySet());
  }
}
