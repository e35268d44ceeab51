package dev.ballast.cli.picture;

import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.plan.Buffer;
import dev.ballast.plan.Ordering;
import dev.ballast.plan.Plan;
import dev.ballast.plan.Recomputation;
import dev.ballast.plan.Region;
import dev.ballast.plan.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** A plan as the page's script reads it: buffers as columns, names as indices into words. */
final class PlanData {
  /** Values of a buffer that are told one by one. */
  private static final int MAX_VALUES = 8;

  private final Plan plan;
  private final Words words;
  private final Map<Integer, Integer> stepOf = new HashMap<>();
  private final Set<Integer> outputs = new HashSet<>();

  private PlanData(Plan plan, Words words) {
    this.plan = plan;
    this.words = words;
    plan.steps().forEach(s -> stepOf.put(s.node().index(), s.index()));
    plan.graph().outputs().values().forEach(v -> outputs.add(plan.place(v).buffer().id()));
  }

  static Map<String, Object> of(Plan plan, Words words) {
    return new PlanData(plan, words).pack();
  }

  /** The plan in a paragraph. */
  static String summary(Plan plan) {
    Ordering o = plan.ordering();
    String order =
        o.isCertified()
            ? "no order is lower"
            : "any order needs " + ByteText.of(o.boundBytes()) + " at least";
    String again =
        plan.options().memoryBudget().isEmpty() ? "" : " " + recomputed(plan.recomputation());
    return Svg.format(
        "Arena %s (%s), lower bound %s, SCRATCH %s. Order: %s live at the peak, %s as given; %s."
            + " %s steps, %s buffers. Without reuse %s.%s",
        ByteText.of(plan.arenaBytes()),
        ByteText.exact(plan.arenaBytes()),
        ByteText.of(plan.lowerBoundBytes()),
        plan.certificate(),
        ByteText.of(o.bytes()),
        ByteText.of(o.givenBytes()),
        order,
        plan.steps().size(),
        plan.buffers().size(),
        ByteText.of(plan.noReuseBytes()),
        again);
  }

  private static String recomputed(Recomputation r) {
    return Svg.format(
        "Within the budget %s nodes run again: %s FLOPs more, %s at the least.",
        r.nodes(), Long.toString(r.extraFlops()), Long.toString(r.boundFlops()));
  }

  private Map<String, Object> pack() {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("summary", summary(plan));
    m.put("arena", plan.arenaBytes());
    m.put("load", plan.certificate().loadBound());
    m.put("peak", plan.peakStep());
    m.put("starts", Arrays.stream(Region.values()).map(plan::start).toList());
    m.put("steps", plan.steps().stream().map(s -> words.of(Stretch.label(s.node()))).toList());
    m.put("phases", plan.steps().stream().map(s -> Kind.of(s.node().phase()).ordinal()).toList());
    Map<String, Object> b = new LinkedHashMap<>();
    b.put("name", column(x -> words.of(x.name())));
    b.put("region", column(x -> x.region().ordinal()));
    b.put("offset", column(Buffer::offset));
    b.put("bytes", column(Buffer::bytes));
    b.put("from", column(Buffer::from));
    b.put("to", column(Buffer::to));
    b.put("parts", column(this::parts));
    b.put("values", column(this::values));
    b.put("keeps", column(x -> words.of(keeps(x))));
    m.put("buffers", b);
    return m;
  }

  private List<Object> column(Function<Buffer, Object> of) {
    return plan.buffers().stream().map(of).toList();
  }

  /** Pairs of a kind and the step before which it ends. */
  private List<Integer> parts(Buffer b) {
    List<Integer> pairs = new ArrayList<>();
    for (Stretch s : Stretch.of(b, plan.graph().nodes(), stepOf)) {
      pairs.addAll(List.of(s.kind().ordinal(), s.to()));
    }
    return pairs;
  }

  private List<Integer> values(Buffer b) {
    List<Integer> told = new ArrayList<>();
    b.values().stream().limit(MAX_VALUES).forEach(v -> told.add(words.of(describe(v))));
    int more = b.values().size() - told.size();
    if (more > 0) {
      told.add(words.of("and " + more + " more"));
    }
    return told;
  }

  private String describe(Value v) {
    String by =
        v instanceof Value.Result r
            ? Stretch.label(plan.graph().nodes().get(r.node()))
            : v.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT) + " " + v.name();
    return by + ", " + v.type();
  }

  /** Why its bytes are not free before they are. */
  private String keeps(Buffer b) {
    return switch (b.region()) {
      case WEIGHTS -> "weight, lives through all runs";
      case STATE -> "state of the training, lives through all runs";
      case IO -> io(b);
      case SCRATCH -> b.values().isEmpty() ? "workspace of its step" : lastStep(b);
    };
  }

  private String io(Buffer b) {
    if (outputs.contains(b.id())) {
      return "output, kept for the caller";
    }
    boolean constant = b.values().stream().anyMatch(Value.Constant.class::isInstance);
    return constant ? "constant" : "input, written by the caller";
  }

  private String lastStep(Buffer b) {
    if (b.to() < 1 || b.to() > plan.steps().size()) {
      return "the whole run";
    }
    Step last = plan.steps().get(b.to() - 1);
    Node n = last.node();
    boolean reads = n.inputs().stream().anyMatch(v -> plan.place(v).buffer().id() == b.id());
    return Svg.format(
        "%s step %s, %s",
        reads ? "read last by" : "last written by, and read by none after,",
        last.index(),
        Stretch.label(n));
  }
}
