package dev.ballast.data;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ballast.image.BrokenImageException;
import dev.ballast.image.GrayImage;
import dev.ballast.image.ImageDecoder;
import dev.ballast.image.PictureSize;
import dev.ballast.kernel.Slice;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Photos and drawings in a folder for each class, {@code FOLDER/CLASS/*.png|jpg|jpeg|gif}: decoded
 * once, made gray, squeezed to one size, kept as bytes off the heap. A pixel p becomes (p / 255 −
 * mean) / deviation.
 *
 * <pre>{@code
 * var options = ImageFolder.Options.of(Shape.of(28, 28));
 * try (ImageFolder train = ImageFolder.open(Path.of("cats-dogs.zip"), "train", options)) {
 *   System.out.println(train.size() + " images of " + train.classes());
 * }
 * }</pre>
 *
 * <p>Classes and, within a class, files are in the order of their names, so that results repeat.
 */
public final class ImageFolder implements LabelledDataset {
  /** What to do about an image that can't be decoded. */
  public enum Broken {
    /** Open nothing. */
    REFUSE,
    /** Go on without it, and list it among the complaints. */
    SKIP
  }

  /**
   * How to read the images.
   *
   * @param example the shape of an example, a gray picture: [H, W], [1, H, W], or a square's [N]
   * @param classes names of the folders, label 0 first; empty for those that there are, sorted
   * @param mean taken from each pixel, which is scaled to [0, 1] before
   * @param deviation that the difference is divided by
   * @param broken what to do about an image that can't be decoded
   */
  public record Options(
      Shape example, List<String> classes, double mean, double deviation, Broken broken) {
    public Options {
      classes = List.copyOf(classes);
    }

    /** Classes as they are found, pixels in [0, 1], broken images refused. */
    public static Options of(Shape example) {
      return new Options(example, List.of(), 0, 1, Broken.REFUSE);
    }

    public Options withClasses(List<String> names) {
      return new Options(example, names, mean, deviation, broken);
    }

    public Options withBroken(Broken other) {
      return new Options(example, classes, mean, deviation, other);
    }
  }

  private final Arena arena;
  private final List<String> classes;
  private final List<String> complaints;
  private final MemorySegment images;
  private final MemorySegment labels;
  private final int size;
  private final Shape example;
  private final int pixels;
  private final Pixels scale;

  private ImageFolder(Arena arena, ImageFiles files, Options options) throws IOException {
    this.arena = arena;
    this.classes = files.classes();
    this.example = options.example();
    PictureSize picture = PictureSize.of(example);
    this.pixels = picture.pixels();
    this.scale = new Pixels(options.mean(), options.deviation());
    int found = files.images().size();
    this.images = arena.allocate((long) found * pixels);
    this.labels = arena.allocate(JAVA_INT, found);
    SortedMap<Integer, String> problems = decodeAll(files, picture, options.broken());
    this.complaints = List.copyOf(problems.values());
    this.size = closeGaps(files, problems.keySet());
    demandEveryClass(files);
  }

  /**
   * @param source a folder or a {@code .zip}
   * @param part the folder within it that holds the classes' folders; empty for itself
   * @throws IOException where a folder or its images are missing, or an image is broken and is to
   *     be refused; the message names it
   * @throws ShapeException where the examples are no gray pictures
   */
  public static ImageFolder open(Path source, String part, Options options) throws IOException {
    Arena arena = OffHeap.arena(Kind.DATA, source.toString());
    try (ImageFiles files = ImageFiles.find(source, part, options.classes())) {
      return new ImageFolder(arena, files, options);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /**
   * The names of the classes' folders that there are, sorted.
   *
   * @throws IOException where a folder or its images are missing
   */
  public static List<String> classesOf(Path source, String part) throws IOException {
    try (ImageFiles files = ImageFiles.find(source, part, List.of())) {
      return files.classes();
    }
  }

  /** On all processors: each image has its own place, so the result does not depend on that. */
  private SortedMap<Integer, String> decodeAll(ImageFiles files, PictureSize picture, Broken broken)
      throws IOException {
    SortedMap<Integer, String> problems = new ConcurrentSkipListMap<>();
    AtomicInteger firstBroken = new AtomicInteger(Integer.MAX_VALUE);
    IntStream.range(0, files.images().size())
        .parallel()
        .filter(i -> broken == Broken.SKIP || i < firstBroken.get())
        .forEach(
            i -> {
              try {
                ImageFiles.Image file = files.images().get(i);
                GrayImage image = ImageDecoder.read(file.name(), file.file(), ImageDecoder.BLACK);
                byte[] small = image.resized(picture.width(), picture.height()).pixels();
                MemorySegment.copy(small, 0, images, JAVA_BYTE, (long) i * pixels, pixels);
              } catch (BrokenImageException e) {
                problems.put(i, e.getMessage());
                firstBroken.accumulateAndGet(i, Math::min);
              }
            });
    if (broken == Broken.REFUSE && !problems.isEmpty()) {
      throw new IOException(problems.get(problems.firstKey()));
    }
    return problems;
  }

  /** Writes the labels, and moves images down to where skipped ones would be. */
  private int closeGaps(ImageFiles files, Set<Integer> skipped) {
    int kept = 0;
    for (int i = 0; i < files.images().size(); i++) {
      if (!skipped.contains(i)) {
        MemorySegment.copy(images, (long) i * pixels, images, (long) kept * pixels, pixels);
        labels.setAtIndex(JAVA_INT, kept++, files.images().get(i).label());
      }
    }
    return kept;
  }

  private void demandEveryClass(ImageFiles files) throws IOException {
    BitSet present = new BitSet();
    IntStream.range(0, size).forEach(i -> present.set(label(i)));
    int missing = present.nextClearBit(0);
    if (missing < classes.size()) {
      throw new IOException(
          files.nameOf(classes.get(missing))
              + ": every image is broken; the first: "
              + complaints.getFirst());
    }
  }

  /** The names of the classes; a label is an index of this list. */
  public List<String> classes() {
    return classes;
  }

  /** What was wrong with each image that was skipped, in order, its name first. */
  public List<String> complaints() {
    return complaints;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Shape example() {
    return example;
  }

  @Override
  public int label(int index) {
    return labels.getAtIndex(JAVA_INT, Objects.checkIndex(index, size));
  }

  /** A pixel of an example as it is kept, 0 to 255, counted row by row. */
  public int pixel(int index, int place) {
    Objects.checkIndex(place, pixels);
    return images.get(JAVA_BYTE, (long) Objects.checkIndex(index, size) * pixels + place) & 255;
  }

  @Override
  public void copyExample(int index, Slice x, int row) {
    scale.copy(images, (long) Objects.checkIndex(index, size) * pixels, pixels, x, row);
  }

  @Override
  public String checksum() {
    return Checksums.sha256(
        images.asSlice(0, (long) size * pixels), labels.asSlice(0, (long) size * Integer.BYTES));
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
