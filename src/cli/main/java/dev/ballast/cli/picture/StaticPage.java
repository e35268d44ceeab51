package dev.ballast.cli.picture;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A page that fetches nothing, made of resources: a template with places <code>{{name}}</code>, a
 * style and scripts. By their hashes the page's policy lets these run and nothing else, whatever
 * the names in it hold.
 *
 * @param home beside which the resources lie
 * @param scripts become one, as one hash lets it run
 * @param pictures whether pictures may stand in the page, as {@code data:} addresses
 */
public record StaticPage(
    Class<?> home, String template, String style, List<String> scripts, boolean pictures) {
  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

  /**
   * The page.
   *
   * @param parts what comes in the places, escaped as it must be there; {@code policy}, {@code
   *     style} and {@code script} are filled in here
   */
  public String html(Map<String, String> parts) {
    String css = resource(style);
    String script = scripts.stream().map(this::resource).collect(Collectors.joining());
    String policy =
        "default-src 'none'; style-src '%s'; script-src '%s'; %sbase-uri 'none'; form-action 'none'"
            .formatted(hash(css), hash(script), pictures ? "img-src data:; " : "");
    Map<String, String> all = new HashMap<>(parts);
    all.putAll(Map.of("policy", policy, "style", css, "script", script));
    // In one pass: a name that looks like a place is a name.
    return PLACE
        .matcher(resource(template))
        .replaceAll(m -> Matcher.quoteReplacement(all.get(m.group(1))));
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

  private String resource(String name) {
    try (InputStream in = home.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not in the program's jar: build it again");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
