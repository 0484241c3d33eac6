package io.tokenlane.compress.template;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Templates by {@code id@version}. Safe on any number of threads. */
public final class TemplateRegistry {
  private final ConcurrentMap<String, Template> templates = new ConcurrentHashMap<>();

  /**
   * Adds a template. A version never changes: what is there stays, the same again is no error.
   *
   * @throws IllegalArgumentException if the version is there with another source
   */
  public Template register(Template template) {
    Template there = templates.putIfAbsent(template.reference(), template);
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
    return Optional.ofNullable(templates.get(reference));
  }

  /** All, by reference. */
  public List<Template> list() {
    return templates.values().stream().sorted(Comparator.comparing(Template::reference)).toList();
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
