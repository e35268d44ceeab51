package dev.ballast.cli.picture;

import java.util.List;

/**
 * A directed graph to be drawn.
 *
 * @param nodes edges name them by index
 */
public record Diagram(String title, List<Node> nodes, List<Edge> edges) {
  public Diagram {
    nodes = List.copyOf(nodes);
    edges = List.copyOf(edges);
  }

  /** More than anyone can read, and a layout of seconds. */
  private static final int MAX_DRAWN = 1000;

  /** What a node is, which is how it looks. */
  public enum Kind {
    VARIABLE("variable", "#c3ccd6", "#5a6675"),
    CONSTANT("constant", "#f7f8fa", "#aab6c3"),
    FUNCTION("function", "#86bbe8", "#2f78b7"),
    RESULT("result", "#f2c14e", "#a06c00");

    final String style;
    final String fill;
    final String edge;

    Kind(String style, String fill, String edge) {
      this.style = style;
      this.fill = fill;
      this.edge = edge;
    }
  }

  /** A box: a title and lines below it. */
  public record Node(String title, List<String> lines, Kind kind) {
    public Node {
      lines = List.copyOf(lines);
    }
  }

  /** An arrow; the label may be empty. */
  public record Edge(int from, int to, String label) {}

  /**
   * The picture, as a file of its own.
   *
   * @throws IllegalArgumentException where the graph is larger than a sheet
   */
  public String svg() {
    if (nodes.size() > MAX_DRAWN) {
      throw new IllegalArgumentException(
          "--svg: the graph has "
              + nodes.size()
              + " nodes, a picture takes at most "
              + MAX_DRAWN
              + "; --dot writes graphs of any size");
    }
    return new DiagramPicture(this).svg();
  }

  /** The graph in Graphviz's language. */
  public String dot() {
    StringBuilder s = new StringBuilder("digraph {\n  rankdir=LR;\n");
    s.append("  label=").append(quoted(title)).append(";\n");
    s.append("  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n");
    s.append("  edge [fontname=\"sans-serif\", fontsize=11];\n");
    for (int i = 0; i < nodes.size(); i++) {
      Node n = nodes.get(i);
      s.append("  n").append(i).append(" [label=").append(quoted(text(n, "\n")));
      s.append(", fillcolor=\"").append(n.kind().fill).append("\"];\n");
    }
    for (Edge e : edges) {
      s.append("  n").append(e.from()).append(" -> n").append(e.to());
      s.append(e.label().isEmpty() ? "" : " [label=" + quoted(e.label()) + "]").append(";\n");
    }
    return s.append("}\n").toString();
  }

  /** The graph in Mermaid's language. */
  public String mermaid() {
    StringBuilder s = new StringBuilder("flowchart LR\n");
    for (int i = 0; i < nodes.size(); i++) {
      Node n = nodes.get(i);
      s.append("  n").append(i).append("[\"").append(entities(text(n, "<br/>"))).append("\"]");
      s.append(":::").append(n.kind().style).append('\n');
    }
    for (Edge e : edges) {
      s.append("  n").append(e.from()).append(" -->");
      s.append(e.label().isEmpty() ? "" : "|\"" + entities(e.label()) + "\"|");
      s.append(" n").append(e.to()).append('\n');
    }
    for (Kind k : Kind.values()) {
      s.append("  classDef ").append(k.style).append(" fill:").append(k.fill);
      s.append(",stroke:").append(k.edge).append(",color:#111820\n");
    }
    return s.toString();
  }

  private static String text(Node n, String between) {
    return n.lines().isEmpty() ? n.title() : n.title() + between + String.join(between, n.lines());
  }

  private static String quoted(String text) {
    String escaped = text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    return "\"" + escaped + "\"";
  }

  /** What Mermaid would take for markup; line breaks stay. */
  private static String entities(String text) {
    return text.replace("&", "&amp;")
        .replace("\"", "#quot;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("&lt;br/&gt;", "<br/>");
  }
}
