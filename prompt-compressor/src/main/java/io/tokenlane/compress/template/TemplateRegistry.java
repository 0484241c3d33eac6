package io.tokenlane.compress.template;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Templates by {@code id@version}, its own and those of a registry that several have in common.
 * Safe on any number of threads.
 */
public final class TemplateRegistry {
  private final ConcurrentMap<String, Template> templates = new ConcurrentHashMap<>();
  private final @Nullable TemplateRegistry common;

  /** An empty one on its own. */
  public TemplateRegistry() {
    this(null);
  }

  /**
   * @param common whose templates are here, too
   */
  public TemplateRegistry(@Nullable TemplateRegistry common) {
    this.common = common;
  }

  /**
   * Adds a template. A version never changes: what is there stays, the same again is no error.
   *
   * @throws IllegalArgumentException if the version is there with another source
   */
  public Template register(Template template) {
    Template there = inCommon(template.reference());
    if (there == null) {
      there = templates.putIfAbsent(template.reference(), template);
    }
    if (there != null && !there.source().equals(template.source())) {
      throw new IllegalArgumentException(
          "template: " + template.reference() + " with another source (expected: a new version)");
    }
    return there == null ? template : there;
  }

  /**
   * @throws IllegalArgumentException if there is none
   */
  public Template get(String reference) {
    return find(reference)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "template: " + reference + " (expected: one that is registered, id@version)"));
  }

  public Optional<Template> find(String reference) {
    Template there = inCommon(reference);
    return Optional.ofNullable(there == null ? templates.get(reference) : there);
  }

  private @Nullable Template inCommon(String reference) {
    return common == null ? null : common.find(reference).orElse(null);
  }

  /** All, by reference. */
  public List<Template> list() {
    Stream<Template> others = common == null ? Stream.empty() : common.list().stream();
    return sorted(Stream.concat(others, templates.values().stream()));
  }

  /** Those that are here alone, by reference. */
  public List<Template> own() {
    return sorted(templates.values().stream());
  }

  private static List<Template> sorted(Stream<Template> templates) {
    return templates.sorted(Comparator.comparing(Template::reference)).toList();
  }

  /** The shortest note of a prompt by any template here; empty if none made it. */
  public Optional<Note> split(String prompt) {
    return list().stream()
        .flatMap(template -> template.split(prompt).stream())
        .min(Comparator.comparingInt(note -> note.text().length()));
  }

  /**
   * The very prompt that was noted.
   *
   * @throws IllegalArgumentException if there is no such template, or the note is not one of it
   */
  public String restore(Note note) {
    return get(note.reference()).restore(note);
  }
}
