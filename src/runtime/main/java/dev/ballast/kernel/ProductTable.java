package dev.ballast.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Which kernel computes a product fastest, as measured at a grid of shapes. A product goes by the
 * nearest shape of the grid whose operands are stored alike, nearest in the logarithms; by the
 * first kernel of that shape's ranking that serves it.
 *
 * <p>The table is a text, a line for each shape: the sides ({@code N} as it is or {@code T} for
 * transposed, A's first), m, n, k, and the kernels, the fastest first. A table comes with Ballast;
 * {@code ballast tune} writes another for the machine it runs on. A table decides nothing while a
 * graph runs, and the same table makes the same bits.
 */
public final class ProductTable {
  static final int[] M = {1, 4, 8, 32, 64, 256, 1024};
  static final int[] N = {1, 16, 64, 256, 1024};
  static final int[] K = {1, 16, 64, 256, 1024};

  /** The system property that names a table to use in place of all others. */
  public static final String PROPERTY = "ballast.products";

  /** In a line, after the sides, m, n and k. */
  private static final int FIRST_KERNEL = 4;

  /** A shape of the grid. */
  record Point(boolean transposeA, boolean transposeB, int m, int n, int k)
      implements Comparable<Point> {
    static Point nearest(Gemm.Dims d, boolean transposeA, boolean transposeB) {
      return new Point(
          transposeA, transposeB, nearest(d.m(), M), nearest(d.n(), N), nearest(d.k(), K));
    }

    private static int nearest(int size, int[] grid) {
      int best = grid[0];
      for (int g : grid) {
        if (Math.abs(Math.log((double) size / g)) < Math.abs(Math.log((double) size / best))) {
          best = g;
        }
      }
      return best;
    }

    Gemm.Dims dims() {
      return new Gemm.Dims(m, n, k);
    }

    private String sides() {
      return (transposeA ? "T" : "N") + (transposeB ? "T" : "N");
    }

    @Override
    public String toString() {
      return sides() + " " + m + " " + n + " " + k;
    }

    @Override
    public int compareTo(Point o) {
      int bySides = sides().compareTo(o.sides());
      return bySides != 0
          ? bySides
          : Arrays.compare(new int[] {m, n, k}, new int[] {o.m, o.n, o.k});
    }
  }

  private static final class InUse {
    static final ProductTable TABLE = find();
  }

  private final String origin;

  /** Lines, each between two line feeds. */
  private final String text;

  /** Of the shapes that were asked for, by their names. */
  private final Map<String, List<ProductKernel>> rankings = new ConcurrentHashMap<>();

  private ProductTable(String origin, String text) {
    this.origin = origin;
    this.text = "\n" + text + "\n";
  }

  static ProductTable of(String origin, Map<Point, List<ProductKernel>> rankings) {
    return new ProductTable(origin, text(rankings));
  }

  /** The table that products go by in this process. */
  public static ProductTable inUse() {
    return InUse.TABLE;
  }

  /** Where {@code ballast tune} puts its table, and Ballast looks for one. */
  public static Path tuned() {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path root =
        cache == null || cache.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache);
    return root.resolve("ballast").resolve("products-" + Cpu.name() + ".txt");
  }

  private static ProductTable find() {
    String named = System.getProperty(PROPERTY);
    try {
      if (named != null) {
        return read(Path.of(named));
      }
      Path tuned = tuned();
      if (Files.isReadable(tuned)) {
        return read(tuned);
      }
      try (InputStream in = ProductTable.class.getResourceAsStream("products.txt")) {
        if (in == null) {
          throw new IllegalStateException("products.txt is missing from Ballast's jar");
        }
        // Not parsed: of 700 lines a network needs a few, and every process starts with this.
        String text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        return new ProductTable("the table that comes with Ballast", text);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't read a table of products: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a table.
   *
   * @throws IllegalArgumentException where a line makes no sense; the message names file and line
   */
  public static ProductTable read(Path file) throws IOException {
    return parse(file.toString(), Files.readString(file));
  }

  static ProductTable parse(String origin, String text) {
    return of(origin, rankings(origin, text));
  }

  private static Map<Point, List<ProductKernel>> rankings(String origin, String text) {
    Map<Point, List<ProductKernel>> rankings = new HashMap<>();
    String[] lines = text.split("\n");
    for (int i = 0; i < lines.length; i++) {
      String line = lines[i].strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        try {
          String[] words = words(line);
          rankings.put(point(words), kernels(words));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              origin
                  + ", line "
                  + (i + 1)
                  + ": '"
                  + line
                  + "' is not a shape and its kernels,"
                  + " as in 'NT 64 256 1024 transposed openblas'; write the table anew with"
                  + " 'ballast tune', or delete it",
              e);
        }
      }
    }
    return rankings;
  }

  /** Without patterns: every process reads the table before its first answer. */
  private static String[] words(String line) {
    StringTokenizer words = new StringTokenizer(line);
    String[] all = new String[words.countTokens()];
    for (int i = 0; i < all.length; i++) {
      all[i] = words.nextToken();
    }
    return all;
  }

  private static Point point(String[] words) {
    if (words.length < FIRST_KERNEL + 1 || !Set.of("NN", "NT", "TN", "TT").contains(words[0])) {
      throw new IllegalArgumentException("too few words");
    }
    return new Point(
        words[0].charAt(0) == 'T',
        words[0].charAt(1) == 'T',
        Integer.parseInt(words[1]),
        Integer.parseInt(words[2]),
        Integer.parseInt(words[3]));
  }

  private static List<ProductKernel> kernels(String[] words) {
    List<ProductKernel> kernels = new ArrayList<>();
    for (int i = FIRST_KERNEL; i < words.length; i++) {
      kernels.add(ProductKernel.valueOf(words[i].toUpperCase(Locale.ROOT)));
    }
    return List.copyOf(kernels);
  }

  private static String text(Map<Point, List<ProductKernel>> rankings) {
    return new TreeMap<>(rankings)
        .entrySet().stream()
            .map(
                e ->
                    e.getValue().stream()
                        .map(k -> k.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(" ", e.getKey() + " ", "\n")))
            .collect(Collectors.joining());
  }

  /** Of the shape nearest to a product's; empty where the table has no line for that. */
  private List<ProductKernel> ranking(Gemm.Dims d, boolean transposeA, boolean transposeB) {
    String point = Point.nearest(d, transposeA, transposeB).toString();
    List<ProductKernel> known = rankings.get(point);
    if (known != null) {
      return known;
    }
    int at = text.indexOf("\n" + point + " ");
    List<ProductKernel> found =
        at < 0 ? List.of() : kernels(words(text.substring(at + 1, text.indexOf('\n', at + 1))));
    rankings.put(point, found);
    return found;
  }

  /** The table's text: a line for each shape, in order. */
  @Override
  public String toString() {
    return text(rankings(origin, text));
  }

  /** For people: where the table was found. */
  public String origin() {
    return origin;
  }

  /**
   * Whether a product is faster if its right side was packed beforehand. A ranking that does not
   * speak of packing was measured before there was any; it goes by the rule that it is.
   */
  public boolean packs(Gemm.Dims d, boolean transposeA, boolean transposeB) {
    List<ProductKernel> ranking = ranking(d, transposeA, transposeB);
    int packed = ranking.indexOf(ProductKernel.PACKED);
    int other = ranking.indexOf(choose(d, transposeA, transposeB, false));
    return Simd.isAvailable() && (packed < 0 || other < 0 || packed < other);
  }

  /** The kernel for a product; one that the table has no shape for goes to the first that fits. */
  ProductKernel choose(Gemm.Dims d, boolean transposeA, boolean transposeB, boolean adds) {
    List<ProductKernel> ranking = ranking(d, transposeA, transposeB);
    for (List<ProductKernel> kernels : List.of(ranking, ProductKernel.BY_RULE)) {
      for (ProductKernel k : kernels) {
        if (k.serves(d, transposeA, transposeB, adds)) {
          return k;
        }
      }
    }
    throw new IllegalStateException("OpenBLAS serves every product");
  }
}
