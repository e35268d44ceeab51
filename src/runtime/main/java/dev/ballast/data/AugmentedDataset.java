package dev.ballast.data;

import dev.ballast.kernel.Slice;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * Images that are changed anew in each epoch. What is done to which is a function of seed, epoch
 * and index, so a run that is resumed repeats it. Only one thread at a time may copy examples.
 */
public final class AugmentedDataset implements LabelledDataset {
  private final LabelledDataset images;
  private final Augmentation augmentation;
  private final Augmentation.Size size;
  private final Augmentation.Change change = new Augmentation.Change();
  private final float fill;
  private final Arena arena = OffHeap.arena(Kind.DATA, "changed images");
  private final Slice original;
  private long seed;
  private int epoch;

  /**
   * @param fill what shows where an image was moved away, as the network takes it
   */
  public AugmentedDataset(LabelledDataset images, Augmentation augmentation, float fill) {
    this.images = images;
    this.augmentation = augmentation;
    this.size = Augmentation.Size.of(images.example());
    this.fill = fill;
    this.original =
        Slice.allocate(new TensorType(DType.F32, Shape.of(1).append(images.example())), arena);
  }

  @Override
  public void beginEpoch(long newSeed, int newEpoch) {
    seed = newSeed;
    epoch = newEpoch;
    images.beginEpoch(newSeed, newEpoch);
  }

  @Override
  public boolean isCostly() {
    return true;
  }

  @Override
  public void copyExample(int index, Slice x, int row) {
    images.copyExample(index, original, 0);
    change.draw(augmentation, seed, epoch, index);
    Augmentation.apply(
        change, size, original.memory(), fill, x.memory(), (long) row * size.elements());
  }

  @Override
  public int label(int index) {
    return images.label(index);
  }

  @Override
  public String place(int index) {
    return images.place(index);
  }

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public Shape example() {
    return images.example();
  }

  @Override
  public Optional<String> changes() {
    return Optional.of(augmentation + " filled with " + fill);
  }

  /** That of the images as they are. */
  @Override
  public String checksum() {
    return images.checksum();
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
    images.close();
  }
}
