package dev.ballast.cli.calculus;

import dev.ballast.cli.expression.Expression;
import dev.ballast.tensor.Literal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The recurrence of paths beside that of gradients, and the paths themselves where they are few:
 * both are sums over the uses of a value.
 */
public final class PathReport {
  /** Rows of a text, and summands of one cell. */
  private static final int ROWS = 50;

  private static final int SUMMANDS = 4;

  private final PathCounts counts;
  private final Names names;
  private final List<Integer> sources;
  private final List<PathList.Link> paths;
  private final Optional<Solution> solution;

  private PathReport(
      PathCounts counts,
      List<Integer> sources,
      List<PathList.Link> paths,
      Optional<Solution> solution) {
    this.counts = counts;
    this.names = counts.names();
    this.sources = sources;
    this.paths = paths;
    this.solution = solution;
  }

  /**
   * @param point the variables' values; without them there are counts alone
   * @param listed whether to list the paths from the sources
   */
  public static PathReport of(
      PathCounts counts,
      List<Integer> sources,
      Optional<Map<String, Literal>> point,
      boolean listed) {
    Expression e = counts.expression();
    if (point.isEmpty()) {
      List<PathList.Link> paths = listed ? PathList.of(e, Optional.empty(), sources) : List.of();
      return new PathReport(counts, sources, paths, Optional.empty());
    }
    Derivation d = Derivation.of(e, point.get(), true);
    Optional<Derivation> carrying = PathList.isScalar(d) ? Optional.empty() : Optional.of(d);
    List<PathList.Link> paths = listed ? PathList.of(e, carrying, sources) : List.of();
    Solution s =
        Solution.of(d, point.get(), paths.stream().flatMap(l -> l.product().stream()).toList());
    return new PathReport(counts, sources, paths, Optional.of(s));
  }

  /** The two recurrences, then the paths. */
  public String text() {
    StringBuilder s = new StringBuilder();
    s.append("paths(u) = Σ paths(v)");
    s.append(solution.isPresent() ? "   |   " + gradientRecurrence() : "");
    s.append("   over the uses v of u\n\n").append(table());
    for (int source : sources) {
      List<PathList.Link> own = PathList.from(paths, source);
      if (!own.isEmpty()) {
        s.append('\n').append(listed(source, own));
      }
    }
    return s.toString();
  }

  private String gradientRecurrence() {
    String l = "∂" + names.loss() + "/∂";
    return l + "u = Σ " + l + "v·∂v/∂u";
  }

  private String table() {
    String[] heads = {"u", "used by", "paths", names.gradient(0).replaceAll("/∂.*", "/∂u")};
    int columns = solution.isPresent() ? 4 : 3;
    Table t = new Table(true, java.util.Arrays.copyOf(heads, columns));
    Optional<Blackboard> board = solution.map(Blackboard::new);
    int rows = 0;
    int nodes = 0;
    for (int i = counts.expression().steps().size() - 1; i >= 0; i--) {
      if (!counts.isNode(i)) {
        continue;
      }
      nodes++;
      if (rows < ROWS) {
        rows++;
        List<String> cells = new ArrayList<>(List.of(names.of(i), users(i), count(i)));
        int step = i;
        board.ifPresent(b -> cells.add(b.recurrence(step, SUMMANDS)));
        t.row(cells.toArray(String[]::new));
      }
    }
    String more = "… " + (nodes - rows) + " more nodes, all of them with --json\n";
    return t + (nodes > rows ? more : "");
  }

  private String users(int step) {
    List<Integer> users = counts.users(step);
    String shown = users.stream().limit(SUMMANDS).map(names::of).collect(Collectors.joining(", "));
    return users.size() > SUMMANDS ? shown + ", …" : shown;
  }

  private String count(int step) {
    List<Integer> users = counts.users(step);
    String count = Numbers.of(counts.of(step));
    if (users.size() < 2) {
      return count;
    }
    String sum =
        users.stream()
            .limit(SUMMANDS)
            .map(v -> Numbers.of(counts.of(v)))
            .collect(Collectors.joining(" + "));
    return sum + (users.size() > SUMMANDS ? " + …" : "") + " = " + count;
  }

  private String listed(int source, List<PathList.Link> own) {
    StringBuilder s = new StringBuilder();
    List<Literal> products = new ArrayList<>();
    for (PathList.Link link : own) {
      List<PathList.Link> links = link.links();
      s.append(PathList.text(names, links));
      solution.ifPresent(
          found -> {
            Literal product = product(found, link);
            products.add(product);
            s.append(": ").append(factors(found, links, product));
          });
      s.append('\n');
    }
    solution.ifPresent(
        found -> {
          Literal gradient = found.gradient(source);
          s.append("  ").append(own.size());
          s.append(own.size() == 1 ? " path: its product is " : " paths: their sum is ");
          s.append(Numbers.of(PathList.sum(products, gradient), Numbers.BOARD));
          s.append(", the backward pass says ").append(names.gradient(source)).append(" = ");
          s.append(Numbers.of(gradient, Numbers.BOARD)).append('\n');
        });
    return s.toString();
  }

  private static String factors(Solution s, List<PathList.Link> links, Literal product) {
    String number = Numbers.of(product, Numbers.BOARD);
    List<Double> factors = PathList.factors(s, links);
    boolean scalar = links.getFirst().product().isEmpty() && factors.size() <= 24;
    if (!scalar || factors.isEmpty()) {
      return number;
    }
    String written =
        factors.stream()
            .map(f -> Numbers.of(f, Numbers.BOARD))
            .map(f -> f.startsWith("-") ? "(" + f + ")" : f)
            .collect(Collectors.joining(" · "));
    return factors.size() == 1 ? number : written + " = " + number;
  }

  private static Literal product(Solution s, PathList.Link link) {
    if (link.product().isPresent()) {
      return s.number(link.product().get());
    }
    List<PathList.Link> links = link.links();
    // Absent where an operator passes nothing on.
    List<Double> factors = PathList.factors(s, links);
    boolean whole = factors.size() == links.size() - 1;
    double product = whole ? factors.stream().reduce(1.0, (a, b) -> a * b) : 0;
    return Literal.of(s.value(link.step()).type(), product);
  }

  /** Counts by name, every node, and every path that was listed. */
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("result", names.of(counts.expression().result()));
    Map<String, Object> bySource = new LinkedHashMap<>();
    sources.forEach(s -> bySource.put(names.of(s), Numbers.json(counts.of(s))));
    json.put("counts", bySource);
    BigInteger total = counts.total(sources);
    json.put("total", Numbers.json(total));
    List<Map<String, Object>> nodes = new ArrayList<>();
    for (int i = 0; i < counts.expression().steps().size(); i++) {
      if (counts.isNode(i)) {
        nodes.add(node(i));
      }
    }
    json.put("nodes", nodes);
    json.put("listed", !paths.isEmpty() || total.signum() == 0);
    json.put("paths", paths.stream().map(this::path).toList());
    solution.ifPresent(s -> json.put("sums", sums(s)));
    return json;
  }

  private Map<String, Object> node(int step) {
    Map<String, Object> n = new LinkedHashMap<>();
    n.put("name", names.of(step));
    n.put("users", counts.users(step).stream().map(names::of).toList());
    n.put("paths", Numbers.json(counts.of(step)));
    solution.ifPresent(s -> n.put("gradient", Numbers.json(s.gradient(step))));
    return n;
  }

  private Map<String, Object> path(PathList.Link link) {
    Map<String, Object> p = new LinkedHashMap<>();
    List<PathList.Link> links = link.links();
    p.put("nodes", links.stream().map(l -> names.of(l.step())).toList());
    solution.ifPresent(
        s -> {
          if (link.product().isEmpty()) {
            p.put("factors", PathList.factors(s, links));
          }
          p.put("product", Numbers.json(product(s, link)));
        });
    return p;
  }

  private Map<String, Object> sums(Solution s) {
    Map<String, Object> sums = new LinkedHashMap<>();
    for (int source : sources) {
      List<PathList.Link> own = PathList.from(paths, source);
      if (!own.isEmpty()) {
        List<Literal> products = own.stream().map(l -> product(s, l)).toList();
        Map<String, Object> both = new LinkedHashMap<>();
        both.put("paths", Numbers.json(PathList.sum(products, s.gradient(source))));
        both.put("gradient", Numbers.json(s.gradient(source)));
        sums.put(names.of(source), both);
      }
    }
    return sums;
  }
}
