package dev.ballast.cli.picture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Region;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Plans of one model as a page that needs nothing but a browser. Its static parts are the resources
 * {@code plan.html}, {@code plan.css} and the three scripts {@code plan-*.js}; the plans stand in
 * it as JSON.
 */
public final class PlanPage {
  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

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
    String style = resource("plan.css");
    // One script, as one hash lets it run: what the page holds, how it is drawn, what is done to
    // it.
    String script =
        resource("plan-data.js") + resource("plan-map.js") + resource("plan-controls.js");
    // The hashes let these two run and nothing else, whatever a model's names hold.
    String policy =
        "default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'"
            .formatted(hash(style), hash(script));
    Map<String, String> parts =
        Map.of(
            "policy",
            policy,
            "title",
            escaped("Plan of " + plan.graph().name()),
            "facts",
            facts(plan),
            "style",
            style,
            "script",
            script,
            "data",
            data(variants));
    // In one pass: a name that looks like a place is a name.
    return PLACE
        .matcher(resource("plan.html"))
        .replaceAll(m -> Matcher.quoteReplacement(parts.get(m.group(1))));
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

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = PlanPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not in the program's jar: build it again");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
