package dev.ballast.cli.exchange;

import dev.ballast.data.NpyDataset;
import dev.ballast.data.NpyFile;
import dev.ballast.data.NpyFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** Examples and targets that are tensors of a safetensors file, mapped. */
public final class TensorArrays {
  private TensorArrays() {}

  /** Whether a path is that of such a file. */
  public static boolean reads(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(".safetensors");
  }

  /**
   * @param examples name of the tensor, examples along its first axis
   * @param targets the same
   * @throws IOException where the file can't be read, a tensor is missing, or they do not fit each
   *     other or the network
   */
  public static NpyDataset open(
      Path file, String examples, String targets, NpyDataset.Options options) throws IOException {
    SafetensorsFile tensors = SafetensorsFile.open(file);
    boolean opened = false;
    try {
      NpyDataset data =
          NpyDataset.of(
              tensors.arena(), array(tensors, examples), array(tensors, targets), options);
      opened = true;
      return data;
    } finally {
      if (!opened) {
        tensors.close();
      }
    }
  }

  private static NpyFile array(SafetensorsFile file, String name) throws IOException {
    SafetensorsFile.Tensor tensor = file.tensors().get(name);
    if (tensor == null) {
      throw new IOException(
          "%s: has no tensor '%s', only %s".formatted(file.path(), name, file.tensors().keySet()));
    }
    String place = file.path() + "/" + name;
    NpyFormat format = NpyFormat.of(place, descr(place, tensor.format()));
    return new NpyFile(place, format, tensor.shape(), tensor.memory());
  }

  /** As NumPy writes it. */
  private static String descr(String place, TensorFormat format) throws IOException {
    return switch (format) {
      case F64 -> "<f8";
      case F32 -> "<f4";
      case F16 -> "<f2";
      case I64 -> "<i8";
      case I32 -> "<i4";
      case I16 -> "<i2";
      case I8 -> "|i1";
      case U32 -> "<u4";
      case U16 -> "<u2";
      case U8 -> "|u1";
      case BOOL -> "|b1";
      case BF16, U64 ->
          throw new IOException(
              place + ": data of " + format + " can't be read: save them as F32 or I64");
    };
  }
}
