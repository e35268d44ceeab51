package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * C = A·Bᵀ, where B is packed in {@link Panels} in the workspace, anew in each run. Packing takes
 * as long whatever A's rows are, so for many of them it costs less than turning A and C, as {@link
 * TransposedProduct} does.
 */
final class PackingProduct implements Kernel, Workers.Task {
  private final Panels panels;
  private final MemorySegment b;
  private final MemorySegment packed;

  /** The only one that may not be full. */
  private final MemorySegment lastPanel;

  private final PackedProduct product;
  private final Workers workers;

  PackingProduct(ProductKernel.Operands o, Workers workers) {
    this.panels = Panels.of(o.dims());
    this.b = o.b();
    long bytes = panels.count() * panels.panelBytes();
    this.packed = o.workspace().asSlice(0, bytes);
    this.lastPanel = packed.asSlice(bytes - panels.panelBytes());
    this.product =
        new PackedProduct(
            panels, o.dims().m(), o.left(), packed, o.c(), o.workspace().asSlice(bytes), workers);
    this.workers = workers;
  }

  static long workspaceBytes(Gemm.Dims d) {
    Panels p = Panels.of(d);
    return p.count() * p.panelBytes() + PackedProduct.workspaceBytes(p, d.m());
  }

  @Override
  public void run() {
    workers.run(this, panels.count());
    product.run();
  }

  /** Packs a panel. */
  @Override
  public void piece(int panel) {
    long row = (long) panels.depth() * Float.BYTES;
    long at = panel * panels.panelBytes();
    int columns = panels.columnsOf(panel);
    if (columns < panels.width()) {
      lastPanel.fill((byte) 0);
    }
    long from = (long) panel * panels.width() * row;
    Transposer.transpose(b, from, row, packed, at, panels.rowBytes(), columns, panels.depth());
  }
}
