package dev.ballast.example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The folder that models may be taken from, and nothing outside it. */
record ModelFolder(Path folder) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}");

  /** Where what was learned is kept. */
  Path learned() {
    return folder.resolve("learned.ballast");
  }

  /**
   * @param name of a file in the folder
   * @throws Problem where it is no plain name, there is no such file, or it is a link to elsewhere
   */
  Path find(String name) throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw Problem.badRequest("file: must be the name of a file in the folder of models");
    }
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file) || !file.toRealPath().getParent().equals(folder.toRealPath())) {
      throw new Problem(Problem.NOT_FOUND, "file: there is no '" + name + "' among the models");
    }
    return file;
  }
}
