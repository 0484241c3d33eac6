package io.tokenlane.compress.template;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the template that prompts were made with: what all of them hold in the same order is its
 * text, what differs its variables. Each prompt is compared with what the ones before have in
 * common by {@link CommonWords}.
 */
public final class TemplateMiner {
  /** Fewer prompts tell too little about what varies. */
  public static final int FEWEST = 3;

  private static final Pattern WORDS = Pattern.compile("\\w+|\\s+|[^\\w\\s]");

  /** Also a brace that the text of a variable would follow. */
  private static final Pattern TAGS = Pattern.compile("\\{[{%#]|\\{\\z");

  /** Text between two variables that is shorter may stand there by chance. */
  private static final int FEWEST_WORDS = 4;

  private TemplateMiner() {}

  /**
   * A template that makes all the prompts; empty if they are fewer than {@link #FEWEST}, have too
   * little in common, or share text that no template can hold: the end of a raw block.
   */
  public static Optional<Template> mine(String id, String version, List<String> prompts) {
    return mine(id, version, prompts, (done, all) -> {});
  }

  /** Is told how many of all prompts have been compared. */
  @FunctionalInterface
  public interface Progress {
    /**
     * @param done from 1
     * @param all at least {@link #FEWEST}
     */
    void compared(int done, int all);
  }

  /** The same for many prompts, where somebody waits. */
  public static Optional<Template> mine(
      String id, String version, List<String> prompts, Progress progress) {
    if (prompts.size() < FEWEST) {
      return Optional.empty();
    }
    List<String> common = words(prompts.getFirst());
    BitSet breaks = new BitSet();
    for (int i = 1; i < prompts.size(); i++) {
      progress.compared(i, prompts.size());
      Optional<CommonWords> found = CommonWords.of(common, words(prompts.get(i)));
      if (found.isEmpty()) {
        return Optional.empty();
      }
      breaks = found.get().breaks(breaks);
      common = found.get().words();
    }
    boolean holds = !SourceParser.RAW_END.matcher(String.join("", common)).find();
    String source = holds ? source(common, breaks) : "";
    return source.isEmpty() ? Optional.empty() : checked(id, version, source, prompts);
  }

  private static Optional<Template> checked(
      String id, String version, String source, List<String> prompts) {
    Template template = Template.of(id, version, source, Syntax.JINJA);
    boolean makesAll = prompts.stream().allMatch(prompt -> template.split(prompt).isPresent());
    return makesAll ? Optional.of(template) : Optional.empty();
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORDS.matcher(text);
    while (matcher.find()) {
      words.add(matcher.group());
    }
    return words;
  }

  /**
   * @param breaks where a variable stands, before the word of that number
   */
  private static String source(List<String> words, BitSet breaks) {
    StringBuilder source = new StringBuilder();
    int variables = 0;
    int kept = 0;
    int from = 0;
    boolean afterVariable = false;
    for (int i = 0; i <= words.size(); i++) {
      if (i < words.size() && !breaks.get(i)) {
        continue;
      }
      List<String> run = words.subList(from, i);
      boolean last = i == words.size();
      boolean chance = from > 0 && !last && isChance(run);
      if (!chance && !run.isEmpty()) {
        source.append(literal(String.join("", run)));
        kept += run.size();
        afterVariable = false;
      }
      if (breaks.get(i) && !afterVariable) {
        source.append("{{ v").append(++variables).append(" }}");
        afterVariable = true;
      }
      from = i;
    }
    return (variables == 0 || kept < FEWEST_WORDS)
        ? ""
        : source.append(afterVariable ? "" : "\n").toString();
  }

  private static boolean isChance(List<String> run) {
    boolean line = run.stream().anyMatch(word -> word.indexOf('\n') >= 0);
    return run.size() < (line ? FEWEST_WORDS - 1 : FEWEST_WORDS);
  }

  private static String literal(String text) {
    return TAGS.matcher(text).find() ? "{% raw %}" + text + "{% endraw %}" : text;
  }
}
