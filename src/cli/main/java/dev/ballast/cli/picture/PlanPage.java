package dev.ballast.cli.picture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Region;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Plans of one model as a page that needs nothing but a browser. Its static parts are the resources
 * {@code plan.html}, {@code plan.css} and the three scripts {@code plan-*.js}; the plans stand in
 * it as JSON.
 */
public final class PlanPage {
  /** What the page holds, how it is drawn, what is done to it. */
  private static final List<String> SCRIPTS =
      List.of("plan-data.js", "plan-map.js", "plan-controls.js");

  private static final StaticPage PAGE =
      new StaticPage(PlanPage.class, "plan.html", "plan.css", SCRIPTS, false);

  private PlanPage() {}

  /**
   * A plan by the name of its switch.
   *
   * @param name what was done to get it
   * @param aside whether it is not one of those that follow each other
   */
  public record Variant(String name, Plan plan, boolean aside) {
    public Variant(String name, Plan plan) {
      this(name, plan, false);
    }
  }

  /**
   * The page.
   *
   * @param variants the last is the plan itself, and shown first
   */
  public static String html(List<Variant> variants) {
    Plan plan = variants.getLast().plan();
    return PAGE.html(
        Map.of(
            "title",
            escaped("Plan of " + plan.graph().name()),
            "facts",
            facts(plan),
            "data",
            data(variants)));
  }

  private static String facts(Plan plan) {
    StringBuilder s = new StringBuilder();
    for (PlanFacts.Fact f : PlanFacts.of(plan)) {
      s.append("<div><dt>").append(escaped(f.name())).append("</dt><dd><b>");
      s.append(escaped(f.value())).append("</b><small>").append(escaped(f.note()));
      s.append("</small></dd></div>");
    }
    return s.toString();
  }

  private static String data(List<Variant> variants) {
    Words words = new Words();
    List<Map<String, Object>> plans = new ArrayList<>();
    List<Map<String, Object>> switches = new ArrayList<>();
    for (Variant v : variants) {
      Map<String, Object> packed = PlanData.of(v.plan(), words);
      if (!plans.contains(packed)) {
        plans.add(packed);
      }
      switches.add(Map.of("name", v.name(), "aside", v.aside(), "plan", plans.indexOf(packed)));
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("alignment", PlanOptions.ALIGNMENT);
    all.put("scratch", Region.SCRATCH.ordinal());
    all.put("regions", Arrays.stream(Region.values()).map(Region::name).toList());
    all.put("kinds", Arrays.stream(Kind.values()).map(PlanPage::kind).toList());
    all.put("words", words.list());
    all.put("variants", switches);
    all.put("plans", plans);
    try {
      return inScript(new ObjectMapper().writeValueAsString(all));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> kind(Kind k) {
    return Map.of("style", k.style, "fill", k.fill, "edge", k.edge, "meaning", k.meaning);
  }

  /** JSON in which no name can end the element that it stands in. */
  private static String inScript(String json) {
    return json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
