package io.tokenlane.bench.report;

import java.util.List;

/**
 * One table of the requirement, to stand beside our figures.
 *
 * @param title what it compares
 * @param figures its figures
 * @param bench the benchmark that measures ours
 * @param about words of which one is in the ids of ours; none: all of the benchmark's rows
 */
record Requirement(String title, List<Figure> figures, String bench, List<String> about) {

  /**
   * One line.
   *
   * @param before the figure of what is replaced; empty where the requirement has none
   */
  record Figure(String what, String before, String after) {}

  static final List<Requirement> ALL =
      List.of(
          new Requirement(
              "FP16 and static batches against INT8 and continuous batching",
              List.of(
                  new Figure("throughput, tokens/s", "890", "1520"),
                  new Figure("mean latency, ms", "142", "86"),
                  new Figure("memory, GB", "18.7", "11.3")),
              "engine",
              List.of("trace")),
          new Requirement(
              "Serial against parallel work",
              List.of(new Figure("workers", "1", "8")),
              "engine",
              List.of("decode", "sequences")),
          new Requirement(
              "Compression of prompts and their restoration",
              List.of(
                  new Figure("tokens saved by templates, %", "", "62"),
                  new Figure("restored, %", "", "98.7"),
                  new Figure("tokens saved by grammar reduction, safe, %", "", "35")),
              "compression",
              List.of("registered", "restored", "S-safe", "micro")),
          new Requirement(
              "Early exit",
              List.of(
                  new Figure("accuracy, %", "89.2", "87.5"),
                  new Figure("latency, ms", "150", "98")),
              "adaptive",
              List.of("all layers", "threshold:", "exact:")),
          new Requirement(
              "Length of the chain of thought",
              List.of(new Figure("steps", "8", "5.2"), new Figure("accuracy, %", "76.3", "81.7")),
              "adaptive",
              List.of("unlimited", "fixed", "converged", "confident")),
          new Requirement(
              "No prefetch against prefetch",
              List.of(
                  new Figure("mean latency, ms", "128", "43"),
                  new Figure("requests/s", "1420", "3960")),
              "prefetch",
              List.of("latency", "misses", "requests/s")),
          new Requirement(
              "Limits of the gateway's container",
              List.of(
                  new Figure("CPU: request, limit", "250m", "500m"),
                  new Figure("memory: request, limit", "256Mi", "512Mi")),
              "limits",
              List.of()),
          new Requirement(
              "Energy: g CO2 for 10,000 requests",
              List.of(
                  new Figure("virtual machine", "85", ""),
                  new Figure("container", "85", "42"),
                  new Figure("serverless", "85", "18")),
              "energy",
              List.of()));

  boolean covers(Row row) {
    return about.isEmpty() || about.stream().anyMatch(row.id()::contains);
  }
}
