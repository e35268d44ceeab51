package dev.ballast.openblas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares {@link cblas_h} with the headers that ship with the library. */
class DescriptorTest {
  private static final String SUFFIX = "$descriptor";
  private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);

  /** A function's return type and parameters' types, in C's words. */
  private record Prototype(String result, List<String> parameters) {}

  private static String header(String name) throws IOException {
    String resource =
        "org/bytedeco/openblas/" + Platform.current().classifier() + "/include/" + name;
    try (InputStream in = DescriptorTest.class.getClassLoader().getResourceAsStream(resource)) {
      assertTrue(in != null, resource + " is not on the class path");
      return COMMENT.matcher(new String(in.readAllBytes(), UTF_8)).replaceAll(" ");
    }
  }

  private static List<String> boundFunctions() {
    return Stream.of(cblas_h.class.getDeclaredMethods())
        .map(Method::getName)
        .filter(name -> name.endsWith(SUFFIX))
        .map(name -> name.substring(0, name.length() - SUFFIX.length()))
        .sorted()
        .toList();
  }

  private static FunctionDescriptor descriptor(String function)
      throws ReflectiveOperationException {
    return (FunctionDescriptor) cblas_h.class.getMethod(function + SUFFIX).invoke(null);
  }

  private static Prototype prototype(String header, String function) {
    Pattern pattern = Pattern.compile("(\\w[\\w \\t*]*?)\\b" + function + "\\s*\\(([^)]*)\\)\\s*;");
    Matcher matcher = pattern.matcher(header);
    assertTrue(matcher.find(), function + " has no prototype in cblas.h");
    List<String> parameters = new ArrayList<>();
    for (String parameter : matcher.group(2).split(",")) {
      if (!parameter.strip().equals("void")) {
        parameters.add(type(parameter.strip().replaceAll("\\w+$", "")));
      }
    }
    return new Prototype(type(matcher.group(1)), parameters);
  }

  /** The type without qualifiers, which do not change how a value is passed. */
  private static String type(String words) {
    if (words.contains("*")) {
      return "pointer";
    }
    return words
        .replaceAll("\\b(OPENBLAS_CONST|const|extern)\\b", " ")
        .strip()
        .replaceAll("\\s+", " ");
  }

  private static String cType(MemoryLayout layout) {
    if (layout instanceof AddressLayout) {
      return "pointer";
    }
    return switch (layout) {
      case ValueLayout.OfInt _ -> "int";
      case ValueLayout.OfFloat _ -> "float";
      case ValueLayout.OfDouble _ -> "double";
      default -> "unexpected layout " + layout;
    };
  }

  /** Enums and blasint are ints to the calling convention; that blasint is, another test shows. */
  private static String passedAs(String cType) {
    return cType.startsWith("enum ") || cType.equals("blasint") ? "int" : cType;
  }

  @Test
  void everyDescriptorEqualsItsPrototypeInTheHeader() throws Exception {
    String header = header("cblas.h");
    List<String> functions = boundFunctions();
    assertEquals(12, functions.size(), functions.toString());
    for (String function : functions) {
      Prototype prototype = prototype(header, function);
      FunctionDescriptor descriptor = descriptor(function);
      String result = descriptor.returnLayout().map(DescriptorTest::cType).orElse("void");
      assertEquals(passedAs(prototype.result()), result, function + " returns");
      assertEquals(
          prototype.parameters().stream().map(DescriptorTest::passedAs).toList(),
          descriptor.argumentLayouts().stream().map(DescriptorTest::cType).toList(),
          function + " takes");
    }
  }

  @Test
  void everyTypedMethodHasTheTypeOfItsDescriptor() throws Exception {
    for (String function : boundFunctions()) {
      FunctionDescriptor descriptor = descriptor(function);
      Method method = cblas_h.class.getMethod(function, descriptor.toMethodType().parameterArray());
      assertEquals(descriptor.toMethodType().returnType(), method.getReturnType(), function);
    }
  }

  @Test
  void everyConstantHasTheHeadersValue() throws Exception {
    String header = header("cblas.h");
    List<Method> constants =
        Stream.of(cblas_h.class.getDeclaredMethods())
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .filter(method -> method.getName().matches("Cblas\\w+|OPENBLAS_\\w+"))
            .toList();
    assertEquals(9, constants.size(), constants.toString());
    for (Method constant : constants) {
      Matcher matcher =
          Pattern.compile("\\b" + constant.getName() + "\\s*=?\\s*(\\d+)").matcher(header);
      assertTrue(matcher.find(), constant.getName() + " is not in cblas.h");
      assertEquals(Integer.parseInt(matcher.group(1)), constant.invoke(null), constant.getName());
    }
  }

  @Test
  void theShippedLibraryUses32BitIntegers() throws Exception {
    assertFalse(header("openblas_config.h").contains("#define OPENBLAS_USE64BITINT"));
    assertTrue(header("openblas_config.h").contains("typedef int blasint;"));
    assertFalse(OpenBlas.report().config().contains("USE64BITINT"));
  }

  @Test
  void theIncludeListNamesWhatIsBound() throws Exception {
    Path list = Path.of("includes.txt");
    Set<String> listed =
        Files.readAllLines(list).stream()
            .filter(line -> line.startsWith("--include-function "))
            .map(line -> line.substring("--include-function ".length()).strip())
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(new TreeSet<>(boundFunctions()), listed);
  }

  @Test
  void theLoaderRequiresEveryBoundFunctionButTheOneWithAStandIn() {
    Set<String> required = new TreeSet<>(Candidate.REQUIRED);
    assertTrue(required.add(StridedBatch.SYMBOL));
    assertEquals(new TreeSet<>(boundFunctions()), required);
  }
}
