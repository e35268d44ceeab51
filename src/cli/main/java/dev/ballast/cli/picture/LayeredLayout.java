package dev.ballast.cli.picture;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.elk.alg.layered.options.LayeredMetaDataProvider;
import org.eclipse.elk.alg.layered.options.LayeredOptions;
import org.eclipse.elk.core.RecursiveGraphLayoutEngine;
import org.eclipse.elk.core.data.LayoutMetaDataService;
import org.eclipse.elk.core.options.CoreOptions;
import org.eclipse.elk.core.options.Direction;
import org.eclipse.elk.core.options.EdgeLabelPlacement;
import org.eclipse.elk.core.options.EdgeRouting;
import org.eclipse.elk.core.util.BasicProgressMonitor;
import org.eclipse.elk.graph.ElkBendPoint;
import org.eclipse.elk.graph.ElkEdge;
import org.eclipse.elk.graph.ElkEdgeSection;
import org.eclipse.elk.graph.ElkLabel;
import org.eclipse.elk.graph.ElkNode;
import org.eclipse.elk.graph.util.ElkGraphUtil;

/**
 * Boxes and arrows placed in layers, left to right, by the Eclipse Layout Kernel (Schulze,
 * Spönemann and von Hanxleden, "Drawing layered graphs with port constraints", 2014). The same
 * graph is always placed alike.
 */
final class LayeredLayout {
  private static final double HEAD = 8;

  /** A rectangle. */
  record Box(double x, double y, double width, double height) {}

  private final ElkNode root = ElkGraphUtil.createGraph();
  private final List<ElkNode> nodes = new ArrayList<>();
  private final List<ElkEdge> edges = new ArrayList<>();

  static {
    LayoutMetaDataService.getInstance()
        .registerLayoutMetaDataProviders(new LayeredMetaDataProvider());
  }

  LayeredLayout() {
    root.setProperty(CoreOptions.ALGORITHM, LayeredOptions.ALGORITHM_ID);
    root.setProperty(CoreOptions.DIRECTION, Direction.RIGHT);
    root.setProperty(CoreOptions.EDGE_ROUTING, EdgeRouting.POLYLINE);
    root.setProperty(CoreOptions.RANDOM_SEED, 1);
    root.setProperty(CoreOptions.SPACING_NODE_NODE, 28.0);
    root.setProperty(CoreOptions.SPACING_EDGE_LABEL, 3.0);
    root.setProperty(LayeredOptions.SPACING_NODE_NODE_BETWEEN_LAYERS, 44.0);
    root.setProperty(LayeredOptions.SPACING_EDGE_NODE, 16.0);
    root.setProperty(LayeredOptions.SPACING_EDGE_EDGE, 14.0);
  }

  void node(double width, double height) {
    ElkNode n = ElkGraphUtil.createNode(root);
    n.setDimensions(width, height);
    nodes.add(n);
  }

  /** An arrow, with room for a label where its width is not 0. */
  void edge(int from, int to, double labelWidth, double labelHeight) {
    ElkEdge e = ElkGraphUtil.createSimpleEdge(nodes.get(from), nodes.get(to));
    if (labelWidth > 0) {
      ElkLabel l = ElkGraphUtil.createLabel("label", e);
      l.setDimensions(labelWidth, labelHeight);
      l.setProperty(CoreOptions.EDGE_LABELS_PLACEMENT, EdgeLabelPlacement.CENTER);
      l.setProperty(CoreOptions.EDGE_LABELS_INLINE, true);
    }
    edges.add(e);
  }

  void run() {
    new RecursiveGraphLayoutEngine().layout(root, new BasicProgressMonitor());
  }

  double width() {
    return root.getWidth();
  }

  double height() {
    return root.getHeight();
  }

  Box box(int node) {
    ElkNode n = nodes.get(node);
    return new Box(n.getX(), n.getY(), n.getWidth(), n.getHeight());
  }

  Box label(int edge) {
    ElkLabel l = edges.get(edge).getLabels().getFirst();
    return new Box(l.getX(), l.getY(), l.getWidth(), l.getHeight());
  }

  /** The arrow's line. */
  String route(int edge) {
    ElkEdgeSection s = edges.get(edge).getSections().getFirst();
    StringBuilder d = new StringBuilder(Svg.format("M%s %s", s.getStartX(), s.getStartY()));
    for (ElkBendPoint p : s.getBendPoints()) {
      d.append(Svg.format("L%s %s", p.getX(), p.getY()));
    }
    return d.append(Svg.format("L%s %s", s.getEndX(), s.getEndY())).toString();
  }

  /** A triangle in the direction of the line's last stretch. */
  String arrowHead(int edge) {
    ElkEdgeSection s = edges.get(edge).getSections().getFirst();
    double fromX = s.getStartX();
    double fromY = s.getStartY();
    for (ElkBendPoint p : s.getBendPoints()) {
      fromX = p.getX();
      fromY = p.getY();
    }
    double x = s.getEndX();
    double y = s.getEndY();
    double length = Math.max(1e-9, Math.hypot(x - fromX, y - fromY));
    double dx = (x - fromX) / length * HEAD;
    double dy = (y - fromY) / length * HEAD;
    return Svg.format(
        "M%s %sL%s %sL%s %sZ",
        x, y, x - dx - dy * 0.45, y - dy + dx * 0.45, x - dx + dy * 0.45, y - dy - dx * 0.45);
  }
}
