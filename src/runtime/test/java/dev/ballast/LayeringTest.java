package dev.ballast;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Which package may use which: the table of {@code src/docs/ARCHITECTURE.md}, held. */
class LayeringTest {
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.ballast");

  /** Package to what it may use, besides itself and the JDK. */
  static final Map<String, String> MAY_USE =
      Map.ofEntries(
          Map.entry("tensor", ""),
          Map.entry("memory", ""),
          Map.entry("observe", ""),
          Map.entry("testing", "runtime kernel"),
          Map.entry("kernel", "tensor openblas"),
          Map.entry("ir", "tensor kernel"),
          Map.entry("op", "tensor kernel ir"),
          Map.entry("autodiff", "tensor ir op"),
          Map.entry("scalar", "tensor kernel ir op"),
          Map.entry("pass", "tensor kernel ir op scalar"),
          Map.entry("image", "tensor"),
          Map.entry("plan", "tensor ir"),
          Map.entry("runtime", "tensor memory observe kernel ir plan"),
          Map.entry("format", "tensor memory ir op"),
          Map.entry("check", "tensor kernel ir autodiff pass plan runtime"),
          Map.entry("nn", "tensor kernel ir op pass"),
          Map.entry("loss", "tensor ir op"),
          Map.entry("optim", "tensor ir op"),
          Map.entry("metric", ""),
          Map.entry("serve", "tensor memory observe kernel ir pass plan runtime format"),
          Map.entry("data", "tensor memory kernel image"),
          Map.entry(
              "train",
              "tensor memory observe kernel ir op autodiff pass plan runtime format nn image loss"
                  + " optim metric data"));

  @TestFactory
  Stream<DynamicTest> eachPackageUsesOnlyWhatTheTableSays() {
    return MAY_USE.entrySet().stream()
        .map(
            e ->
                DynamicTest.dynamicTest(
                    e.getKey(),
                    () -> {
                      String[] allowed =
                          Stream.concat(
                                  Stream.of("java..", "javax..", "jdk..", "com.sun.management.."),
                                  Stream.concat(
                                          Stream.of(e.getKey()), Stream.of(e.getValue().split(" ")))
                                      .filter(p -> !p.isEmpty())
                                      .map(p -> "dev.ballast." + p + ".."))
                              .toArray(String[]::new);
                      classes()
                          .that()
                          .resideInAPackage("dev.ballast." + e.getKey() + "..")
                          .should()
                          .onlyDependOnClassesThat()
                          .resideInAnyPackage(allowed)
                          .check(MAIN);
                    }));
  }

  @Test
  void theTableNamesEveryPackage() {
    var found =
        MAIN.stream()
            .map(JavaClass::getPackageName)
            .filter(p -> p.startsWith("dev.ballast."))
            .map(p -> p.substring("dev.ballast.".length()))
            .filter(p -> !p.equals("openblas"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(new TreeSet<>(MAY_USE.keySet()), found);
  }

  @Test
  void onlyKernelsUseTheVectorApi() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.ballast.kernel..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator.vector..")
        .check(MAIN);
  }

  @Test
  void onlyTheBindingsUseTheLinker() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.ballast.openblas..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.foreign.Linker")
        .check(MAIN);
  }
}
