package io.tokenlane.bench.report;

import java.util.List;

/** The few pieces of HTML that the report is made of. */
final class HtmlPage {
  static final String BEGIN =
      """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><title>Benchmarks of Tokenlane</title>
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <style>
      :root { color-scheme: light dark; }
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 1100px; padding: 0 1em; }
      table { border-collapse: collapse; margin: 0 0 1em; }
      td, th { border: 1px solid #8886; padding: 4px 9px; text-align: left; }
      .pair { display: flex; flex-wrap: wrap; gap: 1em; overflow-x: auto; }
      img { max-width: 100%; }
      </style></head><body>
      <h1>Benchmarks of Tokenlane</h1>
      """;
  static final String END = "</body></html>\n";

  private HtmlPage() {}

  static String text(String plain) {
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  static String table(List<String> head, List<List<String>> rows) {
    StringBuilder out = new StringBuilder("<table><tr>");
    head.forEach(cell -> out.append("<th>").append(text(cell)).append("</th>"));
    out.append("</tr>\n");
    for (List<String> row : rows) {
      out.append("<tr>");
      row.forEach(cell -> out.append("<td>").append(text(cell)).append("</td>"));
      out.append("</tr>\n");
    }
    return out.append("</table>\n").toString();
  }
}
