package io.tokenlane.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The properties of a configuration record and of the records in it, as its Javadoc tells them. */
final class PropertyRecord {
  private static final String DEFAULT =
      "org.springframework.boot.context.properties.bind.DefaultValue";
  private static final String NAME = "org.springframework.boot.context.properties.bind.Name";
  private static final Pattern PARAM =
      Pattern.compile("@param\\s+(\\w+)\\s+(.*?)(?=\\s+@\\w+\\s|$)", Pattern.DOTALL);

  private final Map<String, Path> sources = new LinkedHashMap<>();
  private final List<Property> found = new ArrayList<>();

  /**
   * One property.
   *
   * @param name in snake_case, {@code []} for elements of lists, {@code ID} for keys of maps
   * @param type of its value, a class name
   * @param standard its default as it would be written; empty where there is none
   * @param what one paragraph
   */
  record Property(String name, String type, String standard, String what) {}

  private PropertyRecord(SourceTree tree) {
    tree.files().forEach(file -> sources.put(tree.name(file), file));
  }

  static List<Property> of(String prefix, Class<?> root, SourceTree tree) {
    PropertyRecord reading = new PropertyRecord(tree);
    reading.read(prefix, root);
    return reading.found;
  }

  private void read(String prefix, Class<?> type) {
    Map<String, String> told = told(type);
    Parameter[] parameters = canonical(type).getParameters();
    RecordComponent[] components = type.getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      String name = prefix + "." + snake(named(parameters[i], components[i].getName()));
      String what = told.getOrDefault(components[i].getName(), "");
      component(name, components[i].getGenericType(), standard(parameters[i]), what);
    }
  }

  private void component(String name, Type generic, String standard, String what) {
    Class<?> raw = raw(generic);
    if (raw.isRecord() && raw.getName().startsWith("io.tokenlane.")) {
      read(name, raw);
      return;
    }
    if (generic instanceof ParameterizedType parameters) {
      Type last =
          parameters.getActualTypeArguments()[parameters.getActualTypeArguments().length - 1];
      boolean map = Map.class.isAssignableFrom(raw);
      if (raw(last).isRecord()) {
        read(name + (map ? ".ID" : "[]"), raw(last));
        return;
      }
      String shown = map ? "map" : "list of " + kind(raw(last));
      found.add(new Property(name, shown, standard, what));
      return;
    }
    found.add(new Property(name, kind(raw), standard, what));
  }

  private static String kind(Class<?> type) {
    return type.isEnum() ? "one word" : type.getSimpleName().toLowerCase(Locale.ROOT);
  }

  private static Class<?> raw(Type type) {
    return switch (type) {
      case Class<?> plain -> plain;
      case ParameterizedType parameterized -> (Class<?>) parameterized.getRawType();
      default -> Object.class;
    };
  }

  private static Constructor<?> canonical(Class<?> type) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String standard(Parameter parameter) {
    return annotation(parameter, DEFAULT)
        .map(set -> String.join(", ", (String[]) value(set)))
        .orElse("");
  }

  private static String named(Parameter parameter, String otherwise) {
    return annotation(parameter, NAME).map(set -> (String) value(set)).orElse(otherwise);
  }

  private static Optional<Annotation> annotation(Parameter parameter, String type) {
    return Arrays.stream(parameter.getAnnotations())
        .filter(a -> a.annotationType().getName().equals(type))
        .findFirst();
  }

  private static Object value(Annotation annotation) {
    try {
      var method = annotation.annotationType().getMethod("value");
      return java.util.Objects.requireNonNull(method.invoke(annotation));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String snake(String name) {
    return name.replace('-', '_').replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }

  /** What the Javadoc before the record's head says of each component. */
  private Map<String, String> told(Class<?> type) {
    Class<?> outer = type;
    while (outer.getEnclosingClass() != null) {
      outer = outer.getEnclosingClass();
    }
    String file = outer.getName().replace('.', '/') + ".java";
    Path source =
        sources.entrySet().stream()
            .filter(e -> e.getKey().endsWith(file))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException(file + ": no source"))
            .getValue();
    Matcher head =
        Pattern.compile(
                "/\\*\\*((?:(?!\\*/).)*)\\*/[^/;{]*?record " + type.getSimpleName() + "\\(",
                Pattern.DOTALL)
            .matcher(read(source));
    Map<String, String> told = new LinkedHashMap<>();
    if (head.find()) {
      String text = head.group(1).replaceAll("(?m)^\\s*\\* ?", "");
      Matcher parameters = PARAM.matcher(text);
      while (parameters.find()) {
        told.put(parameters.group(1), plain(parameters.group(2)));
      }
    }
    return told;
  }

  private static String plain(String javadoc) {
    return javadoc
        .replaceAll("\\s+", " ")
        .replaceAll("\\{@(?:code|link|value) ([^}]*)}", "`$1`")
        .replace("&gt;", ">")
        .replace("&lt;", "<")
        .replace("&amp;", "&")
        .strip();
  }

  private static String read(Path source) {
    try {
      return Files.readString(source);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
