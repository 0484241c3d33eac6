package io.tokenlane.prefetch.cache;

import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.Vary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer whose fields are known and whose body is on its way.
 *
 * @param request the fields of the request it answers
 * @param status the HTTP status
 * @param fields the fields as they came
 * @param body what has passed and what will
 * @param ttlSeconds its freshness lifetime left, where it is being stored; else null
 */
public record Opening(
    HttpFields request, int status, HttpFields fields, Passage body, @Nullable Long ttlSeconds) {

  /** Whether it answers {@code other} as well: equal in all that {@code Vary} names. */
  public boolean answers(HttpFields other) {
    List<String> names = Vary.names(fields);
    return Vary.selecting(names, request).equals(Vary.selecting(names, other));
  }
}
