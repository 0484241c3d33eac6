package io.tokenlane.gateway.compress;

import io.tokenlane.compress.template.Syntax;
import io.tokenlane.compress.template.Template;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * One of {@code tokenlane.compression.templates}.
 *
 * @param id letters, digits, dots, hyphens, underlines
 * @param version as the id; default 1
 * @param source the template
 * @param syntax jinja, mustache or braces; default: told from the source
 */
public record TemplateProperties(
    String id, @DefaultValue("1") String version, String source, @Nullable Syntax syntax) {
  Template template() {
    return Template.of(id, version, source, syntax == null ? Syntax.of(source) : syntax);
  }
}
