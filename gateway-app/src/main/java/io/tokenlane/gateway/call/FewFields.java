package io.tokenlane.gateway.call;

import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.util.MultiValueMap;

/**
 * Fields as a list of names and values that is searched from its beginning. Spring's own map takes
 * a kilobyte for the six fields of a call, for as long as its answer goes on; this one 120 bytes.
 * Names are told apart without regard to case (RFC 9110 §5.1). Lists that are given out do not
 * change with it. Not thread-safe.
 */
final class FewFields extends AbstractMap<String, List<String>>
    implements MultiValueMap<String, String> {
  /** With more of them a search takes longer than a map's. */
  private static final int MOST = 64;

  /** Room for a few that are added to a copy. */
  private static final int ADDED = 4;

  /** Each name, and its value behind it. */
  private @Nullable String[] fields;

  private int length;

  private FewFields(int room) {
    this.fields = new String[room];
  }

  /** A copy that may be changed. */
  static HttpHeaders copy(HttpHeaders from) {
    FewFields few = new FewFields(0);
    from.forEach((name, values) -> values.forEach(value -> few.append(name, value, ADDED)));
    if (few.length <= 2 * MOST) {
      return new HttpHeaders(few);
    }
    HttpHeaders many = new HttpHeaders();
    many.addAll(from);
    return many;
  }

  private void append(String name, String value, int more) {
    if (length == fields.length) {
      fields = Arrays.copyOf(fields, length + 2 * more);
    }
    fields[length++] = name;
    fields[length++] = value;
  }

  private String name(int i) {
    return String.valueOf(fields[i]);
  }

  private boolean is(int i, Object name) {
    return name instanceof String text && text.equalsIgnoreCase(fields[i]);
  }

  private int find(Object name) {
    for (int i = 0; i < length; i += 2) {
      if (is(i, name)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public @Nullable String getFirst(String name) {
    int at = find(name);
    return at < 0 ? null : fields[at + 1];
  }

  @Override
  public @Nullable List<String> get(@Nullable Object name) {
    if (name == null || find(name) < 0) {
      return null;
    }
    List<String> values = new ArrayList<>(1);
    for (int i = find(name); i < length; i += 2) {
      if (is(i, name)) {
        values.add(String.valueOf(fields[i + 1]));
      }
    }
    return Collections.unmodifiableList(values);
  }

  @Override
  public boolean containsKey(@Nullable Object name) {
    return name != null && find(name) >= 0;
  }

  @Override
  public void add(String name, @Nullable String value) {
    if (value != null) {
      append(name, value, ADDED);
    }
  }

  @Override
  public void addAll(String name, List<? extends @Nullable String> values) {
    for (String value : values) {
      add(name, value);
    }
  }

  @Override
  public void addAll(MultiValueMap<String, String> values) {
    values.forEach(this::addAll);
  }

  @Override
  public void set(String name, @Nullable String value) {
    int at = find(name);
    if (value == null) {
      remove(name);
    } else if (at < 0) {
      add(name, value);
    } else {
      fields[at] = name;
      fields[at + 1] = value;
      removeFrom(at + 2, name);
    }
  }

  @Override
  public void setAll(Map<String, String> values) {
    values.forEach(this::set);
  }

  @Override
  public @Nullable List<String> put(String name, List<String> values) {
    List<String> before = remove(name);
    addAll(name, values);
    return before;
  }

  @Override
  public @Nullable List<String> remove(@Nullable Object name) {
    List<String> before = get(name);
    if (before != null && name != null) {
      removeFrom(0, name);
    }
    return before;
  }

  private void removeFrom(int from, Object name) {
    int kept = from;
    for (int i = from; i < length; i += 2) {
      if (!is(i, name)) {
        fields[kept] = fields[i];
        fields[kept + 1] = fields[i + 1];
        kept += 2;
      }
    }
    Arrays.fill(fields, kept, length, null);
    length = kept;
  }

  @Override
  public void clear() {
    Arrays.fill(fields, 0, length, null);
    length = 0;
  }

  @Override
  public Map<String, String> toSingleValueMap() {
    Map<String, String> first = new LinkedHashMap<>();
    entrySet().forEach(entry -> first.put(entry.getKey(), entry.getValue().getFirst()));
    return first;
  }

  /** As they stand now: each name as it was first written. */
  @Override
  public Set<Entry<String, List<String>>> entrySet() {
    Map<String, Entry<String, List<String>>> all = new LinkedHashMap<>();
    for (int i = 0; i < length; i += 2) {
      String name = name(i);
      all.computeIfAbsent(
              name.toLowerCase(Locale.ROOT),
              lower -> new SimpleImmutableEntry<>(name, new ArrayList<>(1)))
          .getValue()
          .add(String.valueOf(fields[i + 1]));
    }
    return Collections.unmodifiableSet(new LinkedHashSet<>(all.values()));
  }
}
