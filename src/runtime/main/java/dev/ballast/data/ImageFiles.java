package dev.ballast.data;

import dev.ballast.image.ImageDecoder;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The image files of each class in a folder or an archive, sorted by name. */
final class ImageFiles implements AutoCloseable {
  /** A file and the class that it belongs to. */
  record Image(String name, Path file, int label) {}

  private final Optional<FileSystem> archive;
  private final Path folder;
  private final String name;
  private final List<String> classes;
  private final List<Image> images = new ArrayList<>();

  private ImageFiles(Optional<FileSystem> archive, Path folder, String name, List<String> wanted)
      throws IOException {
    this.archive = archive;
    this.folder = folder;
    this.name = name;
    this.classes = wanted.isEmpty() ? folders() : wanted;
    for (String found : folders()) {
      if (!classes.contains(found)) {
        throw new IOException(nameOf(found) + ": is the folder of none of the classes " + classes);
      }
    }
    for (int label = 0; label < classes.size(); label++) {
      if (classes.get(label).lines().count() != 1) {
        throw new IOException(nameOf(classes.get(label)) + ": a class's name must be one line");
      }
      collect(label);
    }
  }

  /**
   * @param source a folder or a {@code .zip}
   * @param part the folder within it that holds the classes' folders; empty for itself
   * @param wanted exactly the classes that must be there; empty for any
   * @throws IOException where something is missing, or there is more than is wanted
   */
  static ImageFiles find(Path source, String part, List<String> wanted) throws IOException {
    String name = part.isEmpty() ? source.toString() : source + "/" + part;
    if (Files.isDirectory(source)) {
      return new ImageFiles(Optional.empty(), source.resolve(part), name, wanted);
    }
    FileSystem archive = open(source);
    try {
      Path folder = archive.getPath("/").resolve(part);
      return new ImageFiles(Optional.of(archive), folder, name, wanted);
    } catch (IOException | RuntimeException e) {
      archive.close();
      throw e;
    }
  }

  private static FileSystem open(Path source) throws IOException {
    if (!Files.exists(source)) {
      throw new IOException(source + ": there is no such folder or archive of images");
    }
    if (!source.toString().toLowerCase(Locale.ROOT).endsWith(".zip")) {
      throw new IOException(source + ": is neither a folder nor a .zip of images");
    }
    try {
      return FileSystems.newFileSystem(source);
    } catch (IOException | RuntimeException e) {
      throw new IOException(source + ": is no zip archive that can be read: " + e.getMessage(), e);
    }
  }

  private List<String> folders() throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(name + ": there is no such folder, with a folder in it for each class");
    }
    List<String> found = names(folder, Files::isDirectory);
    if (found.isEmpty()) {
      throw new IOException(name + ": is empty; it needs a folder of images for each class");
    }
    return found;
  }

  private void collect(int label) throws IOException {
    String of = nameOf(classes.get(label));
    Path inside = folder.resolve(classes.get(label));
    if (!Files.isDirectory(inside)) {
      throw new IOException(of + ": there is no such folder, yet it is one of " + classes);
    }
    List<String> files = names(inside, f -> Files.isRegularFile(f) && ImageDecoder.isImage(f));
    if (files.isEmpty()) {
      throw new IOException(of + ": holds no image: no png, jpg, jpeg or gif");
    }
    files.forEach(f -> images.add(new Image(of + "/" + f, inside.resolve(f), label)));
  }

  /** Sorted; without what file managers and archivers hide. */
  private static List<String> names(Path folder, Predicate<Path> wanted) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(wanted)
          .map(p -> p.getFileName().toString().replaceFirst("/$", ""))
          .filter(n -> !n.startsWith(".") && !n.equals("__MACOSX"))
          .sorted()
          .toList();
    }
  }

  List<String> classes() {
    return classes;
  }

  List<Image> images() {
    return images;
  }

  /** A class's folder, for people. */
  String nameOf(String ofClass) {
    return name + "/" + ofClass;
  }

  @Override
  public void close() throws IOException {
    if (archive.isPresent()) {
      archive.get().close();
    }
  }
}
