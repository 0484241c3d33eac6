package io.tokenlane.compress.template;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A prompt with variables. Immutable, safe on any number of threads. What variables hold is text:
 * placeholders in it are not expanded.
 */
public final class Template {
  /** The longest source, in UTF-16 units. */
  public static final int MOST_CHARS = 200_000;

  /** So many blocks or operations may lie within each other. */
  public static final int MOST_NESTED = 100;

  private static final Pattern NAME = Pattern.compile("[\\w.-]{1,100}");

  private final String id;
  private final String version;
  private final String source;
  private final Syntax syntax;
  private final List<Node> nodes;

  private Template(String id, String version, String source, Syntax syntax) {
    this.id = name("id", id);
    this.version = name("version", version);
    this.source = bounded(source);
    this.syntax = syntax;
    this.nodes = SourceParser.parse(source, syntax);
  }

  private static String name(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what + ": " + name + " (expected: 1 to 100 letters, digits, '.', '-', '_')");
    }
    return name;
  }

  private static String bounded(String source) {
    if (source.length() > MOST_CHARS) {
      throw new IllegalArgumentException(
          "source: " + source.length() + " (expected: at most " + MOST_CHARS + " characters)");
    }
    return source;
  }

  /**
   * @throws IllegalArgumentException telling what in the id, the version or the source is wrong
   */
  public static Template of(String id, String version, String source, Syntax syntax) {
    return new Template(id, version, source, syntax);
  }

  /** In the syntax that the source is most likely in. */
  public static Template of(String id, String version, String source) {
    return of(id, version, source, Syntax.of(source));
  }

  public String id() {
    return id;
  }

  public String version() {
    return version;
  }

  /** As it was registered. */
  public String source() {
    return source;
  }

  public Syntax syntax() {
    return syntax;
  }

  /** {@code id@version}. */
  public String reference() {
    return id + "@" + version;
  }

  /**
   * The prompt. A variable that is not given prints as nothing.
   *
   * @throws IllegalArgumentException where rendering is more work than a rendering may be
   */
  public String render(Map<String, ?> variables) {
    return Walk.render(nodes, new Variables(variables));
  }

  /**
   * The prompt as id and variables.
   *
   * @throws IllegalArgumentException as {@link #render}
   */
  public Note note(Map<String, ?> variables) {
    Variables choices = new Variables(variables);
    String _ = Walk.render(nodes, choices);
    return choices.note(reference());
  }

  /**
   * The very prompt that was noted.
   *
   * @throws IllegalArgumentException if the note is not one of this template
   */
  public String restore(Note note) {
    if (!note.reference().equals(reference())) {
      throw new IllegalArgumentException(
          "note: of " + note.reference() + " (expected: of " + reference() + ")");
    }
    return Walk.render(nodes, note.choices());
  }

  /** The names that calls give values for, in the order of their first use. */
  public SequencedSet<String> variables() {
    SequencedSet<String> names = new LinkedHashSet<>();
    collect(nodes, List.of("loop"), names);
    return names;
  }

  private static void collect(List<Node> nodes, List<String> bound, SequencedSet<String> names) {
    for (Node node : nodes) {
      switch (node) {
        case Node.Text _ -> {}
        case Node.Output output -> add(output.value(), bound, names);
        case Node.If branches ->
            branches
                .branches()
                .forEach(
                    branch -> {
                      add(branch.condition(), bound, names);
                      collect(branch.body(), bound, names);
                    });
        case Node.For loop -> {
          add(loop.value(), bound, names);
          List<String> inside = Stream.concat(bound.stream(), loop.names().stream()).toList();
          if (!loop.names().isEmpty()) {
            collect(loop.body(), inside, names);
          }
          collect(loop.otherwise(), bound, names);
        }
      }
    }
  }

  private static void add(Expression of, List<String> bound, SequencedSet<String> names) {
    of.roots().filter(name -> !bound.contains(name)).forEach(names::add);
  }

  /** The text before the first variable: the same in every prompt, so nodes keep its KV blocks. */
  public String staticPrefix() {
    return !nodes.isEmpty() && nodes.getFirst() instanceof Node.Text text ? text.text() : "";
  }

  /**
   * The note of a prompt that this template may have made; empty if it has not, or if the template
   * has branches or loops, or puts two variables side by side.
   */
  public Optional<Note> split(String prompt) {
    List<String> literals = literals();
    if (literals.isEmpty()
        || !prompt.startsWith(literals.getFirst())
        || !prompt.endsWith(literals.getLast())) {
      return Optional.empty();
    }
    List<String> fields = new ArrayList<>();
    int at = literals.getFirst().length();
    int end = prompt.length() - literals.getLast().length();
    for (String literal : literals.subList(1, literals.size() - 1)) {
      int found = prompt.indexOf(literal, at);
      if (found < 0 || found + literal.length() > end) {
        return Optional.empty();
      }
      fields.add(prompt.substring(at, found));
      at = found + literal.length();
    }
    if (at > end) {
      return Optional.empty();
    }
    fields.add(prompt.substring(at, end));
    return noted(fields, prompt);
  }

  /** A variable printed twice is noted once, and must have been the same. */
  private Optional<Note> noted(List<String> fields, String prompt) {
    List<String> once = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    int i = 0;
    for (Node node : nodes) {
      if (node instanceof Node.Output output) {
        if (seen.add(output.value().toString())) {
          once.add(fields.get(i));
        }
        i++;
      }
    }
    Note note = new Note(reference(), "", once);
    return restore(note).equals(prompt) ? Optional.of(note) : Optional.empty();
  }

  /**
   * The texts around and between the variables; empty if there is anything but texts and variables.
   */
  private List<String> literals() {
    List<String> literals = new ArrayList<>(List.of(""));
    boolean afterText = false;
    for (Node node : nodes) {
      if (node instanceof Node.Text text) {
        literals.set(literals.size() - 1, text.text());
        afterText = true;
      } else if (node instanceof Node.Output output
          && output.value().roots().findAny().isPresent()
          && (afterText || literals.size() == 1)) {
        literals.add("");
        afterText = false;
      } else {
        return List.of();
      }
    }
    return literals.size() > 1 ? literals : List.of();
  }
}
