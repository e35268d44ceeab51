package dev.ballast.cli.picture;

import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.plan.Buffer;
import dev.ballast.plan.Plan;
import dev.ballast.plan.Region;
import dev.ballast.plan.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** A plan as the page's script reads it: buffers as columns, names as indices into words. */
final class PlanData {
  /** Values of a buffer that are told one by one. */
  private static final int MAX_VALUES = 8;

  /** Readers of a buffer that are told one by one. */
  private static final int HANDFUL = 5;

  private final Plan plan;
  private final Words words;
  private final Map<Integer, Integer> stepOf = new HashMap<>();
  private final Set<Integer> outputs = new HashSet<>();
  private final Again again;
  private final List<TreeSet<Integer>> readers = new ArrayList<>();

  private PlanData(Plan plan, Words words) {
    this.plan = plan;
    this.words = words;
    this.again = Again.of(plan);
    plan.steps().forEach(s -> stepOf.put(s.node().index(), s.index()));
    plan.graph().outputs().values().forEach(v -> outputs.add(plan.place(v).buffer().id()));
    plan.buffers().forEach(b -> readers.add(new TreeSet<>()));
    for (Step s : plan.steps()) {
      for (Value v : s.node().inputs()) {
        readers.get(plan.place(v).buffer().id()).add(s.index());
      }
    }
  }

  static Map<String, Object> of(Plan plan, Words words) {
    return new PlanData(plan, words).pack();
  }

  private Map<String, Object> pack() {
    Map<String, Object> m = new LinkedHashMap<>();
    List<Kind> kinds = plan.steps().stream().map(s -> Kind.of(s.node().phase())).toList();
    m.put("facts", PlanFacts.of(plan));
    m.put("arena", plan.arenaBytes());
    m.put("load", plan.certificate().loadBound());
    m.put("proven", plan.certificate().provenBytes());
    m.put("certificate", plan.certificate().toString());
    m.put("peak", plan.peakStep());
    m.put("starts", Arrays.stream(Region.values()).map(plan::start).toList());
    m.put("steps", plan.steps().stream().map(s -> words.of(label(s.node()))).toList());
    m.put("phases", kinds.stream().map(Kind::ordinal).toList());
    m.put("bands", StepAxis.bands(kinds).stream().map(PlanData::band).toList());
    m.put("again", again());
    Map<String, Object> b = new LinkedHashMap<>();
    b.put("name", column(x -> words.of(name(x))));
    b.put("region", column(x -> x.region().ordinal()));
    b.put("offset", column(Buffer::offset));
    b.put("bytes", column(Buffer::bytes));
    b.put("from", column(Buffer::from));
    b.put("to", column(Buffer::to));
    b.put("parts", column(this::parts));
    b.put("values", column(this::values));
    b.put("keeps", column(x -> words.of(keeps(x))));
    b.put("readers", column(x -> handful(readers.get(x.id()))));
    b.put("reads", column(x -> readers.get(x.id()).size()));
    m.put("buffers", b);
    return m;
  }

  /** What a buffer holds; a layer named as its op says what it works on. */
  private String name(Buffer b) {
    return !b.values().isEmpty()
            && b.values().getFirst() instanceof Value.Result r
            && b.name().equals(Stretch.label(plan.graph().nodes().get(r.node())))
        ? label(plan.graph().nodes().get(r.node()))
        : b.name();
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
            ? label(plan.graph().nodes().get(r.node()))
            : v.getClass().getSimpleName().toLowerCase(Locale.ROOT) + " " + v.name();
    return by + ", " + v.type();
  }

  /** Why its bytes are not free before they are. */
  private String keeps(Buffer b) {
    return switch (b.region()) {
      case WEIGHTS -> "weight, lives through all runs";
      case PREPARED -> "computed of the weights once, for all runs";
      case STATE -> "state of the training, lives through all runs";
      case IO -> io(b);
      case SCRATCH -> scratch(b);
    };
  }

  private String io(Buffer b) {
    if (outputs.contains(b.id())) {
      return "output, kept for the caller";
    }
    boolean constant = b.values().stream().anyMatch(Value.Constant.class::isInstance);
    return constant ? "constant" : "input, written by the caller";
  }

  private String scratch(Buffer b) {
    if (b.values().isEmpty()) {
      return "workspace of its step";
    }
    if (readers.get(b.id()).isEmpty()) {
      return "no step reads it";
    }
    int last = readers.get(b.id()).last();
    return last < b.to() - 1 ? "written last after it was read last" : "";
  }

  private static Map<String, Object> band(StepAxis.Band b) {
    return Map.of(
        "name", b.name(), "short", b.shortName(), "kind", b.kind().ordinal(), "to", b.to());
  }

  /** Pairs of a step and the one that computed the same before. */
  private List<Integer> again() {
    List<Integer> pairs = new ArrayList<>();
    for (Step s : plan.steps()) {
      again.first(s.node()).ifPresent(node -> pairs.addAll(List.of(s.index(), stepOf.get(node))));
    }
    return pairs;
  }

  /** The first few, and the last. */
  private static List<Integer> handful(TreeSet<Integer> steps) {
    if (steps.size() <= HANDFUL) {
      return List.copyOf(steps);
    }
    List<Integer> some = new ArrayList<>(steps.stream().limit(HANDFUL - 1).toList());
    some.add(steps.last());
    return some;
  }

  /** As {@link Stretch#label}; a layer named as its op says what it works on. */
  private String label(Node n) {
    if (!n.name().equals(n.op().name()) || n.inputs().isEmpty()) {
      return Stretch.label(n);
    }
    Value of = n.inputs().getFirst();
    // Through what runs nothing, to what has a name that tells more.
    while (of instanceof Value.Result r && plan.graph().nodes().get(r.node()).isView()) {
      of = plan.graph().nodes().get(r.node()).inputs().getFirst();
    }
    String name =
        of instanceof Value.Result r
            ? Stretch.label(plan.graph().nodes().get(r.node()))
            : of.name();
    return n.op().name() + " of " + name;
  }
}
