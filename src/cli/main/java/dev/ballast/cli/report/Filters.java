package dev.ballast.cli.report;

import java.util.List;

/**
 * The weights of a first layer as pictures: blue below 0, red above, white at 0.
 *
 * @param layer its name
 * @param pictures those that are shown
 * @param total how many there are
 * @param strongest whether those with the largest norm were chosen, or all are in their order
 * @param limit what is full red; what is stronger is as red
 */
public record Filters(
    String layer, List<Tile> pictures, int total, boolean strongest, double limit) {
  public Filters {
    pictures = List.copyOf(pictures);
  }

  /**
   * One picture.
   *
   * @param name of the unit it belongs to, and of the channel it looks at
   * @param address as {@link Png} makes it
   * @param norm the root of the sum of its weights' squares
   */
  public record Tile(String name, String address, double norm) {}
}
