package dev.ballast.fuzz;

import dev.ballast.cli.exchange.SafetensorsWriter;
import dev.ballast.data.ArrayDataset;
import dev.ballast.data.Dataset;
import dev.ballast.format.ModelFile;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Adam;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Graphs;
import dev.ballast.train.Trainer;
import dev.ballast.train.TrainingListener;
import dev.ballast.train.TrainingOptions;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/** Writes small valid files of every format into the corpora, for fuzzers to begin with. */
public final class Seeds {
  private static final byte MAPPED = 0;
  private static final byte PACKED = 1;

  private final Path corpora;

  private Seeds(Path corpora) {
    this.corpora = corpora;
  }

  /** Run in the project's folder. */
  public static void main(String[] arguments) throws Exception {
    Seeds seeds = new Seeds(Path.of("src/fuzz/corpus"));
    seeds.models();
    seeds.arrays();
    seeds.images();
    seeds.texts();
  }

  private void write(Reader reader, String name, byte[] bytes) throws IOException {
    Files.write(Files.createDirectories(corpora.resolve(reader.folder())).resolve(name), bytes);
  }

  private void write(Reader reader, String name, String text) throws IOException {
    write(reader, name, text.getBytes(StandardCharsets.UTF_8));
  }

  private void models() throws IOException {
    Model xor =
        new Model(
            "xor",
            Shape.of(2),
            Sequential.of(Linear.of("a", 2, 3), Activation.TANH, Linear.of("b", 3, 2)));
    TrainingOptions options =
        TrainingOptions.of(new CrossEntropy(), Adam.of(0.05)).withEpochs(1).withBatch(2);
    Path folder = Files.createTempDirectory("seeds");
    try (Dataset data =
            ArrayDataset.labelled(
                Shape.of(2), new float[] {0, 0, 0, 1, 1, 0, 1, 1}, new int[] {0, 1, 1, 0});
        Trainer trainer = new Trainer(xor, options, data, Optional.empty())) {
      trainer.fit(new TrainingListener() {});
      Path file = folder.resolve("m.ballast");
      Map<String, String> said = new TreeMap<>(Map.of("made by", "Seeds"));
      ModelFile.write(
          file,
          Graphs.serving(xor, options.loss(), 1),
          trainer.session().weights(),
          new LinkedHashMap<>(said));
      write(Reader.MODEL, "xor", Files.readAllBytes(file));
      trainer
          .checkpoint()
          .write(file, Graphs.serving(xor, options.loss(), 1), new LinkedHashMap<>(said));
      write(Reader.CHECKPOINT, "xor", Files.readAllBytes(file));
      Map<String, dev.ballast.kernel.Slice> tensors = new LinkedHashMap<>();
      tensors.put("a.weight", trainer.session().parameter("a.weight"));
      tensors.put("a.bias", trainer.session().parameter("a.bias"));
      Path exchanged = folder.resolve("m.safetensors");
      SafetensorsWriter.write(exchanged, tensors, said);
      write(Reader.SAFETENSORS, "two", Files.readAllBytes(exchanged));
    }
    write(Reader.MODEL, "empty", new byte[0]);
  }

  private static byte[] after(byte form, byte[] file) {
    byte[] all = new byte[file.length + 1];
    all[0] = form;
    System.arraycopy(file, 0, all, 1, file.length);
    return all;
  }

  private void arrays() throws IOException {
    byte[] idx = {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6};
    write(Reader.IDX, "mapped", after(MAPPED, idx));
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(gzip)) {
      out.write(idx);
    }
    write(Reader.IDX, "packed", after(PACKED, gzip.toByteArray()));
    String head = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }";
    String padded = head + " ".repeat(64 - 10 - 1 - head.length() % 64 & 63) + "\n";
    ByteArrayOutputStream npy = new ByteArrayOutputStream();
    npy.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    npy.write(new byte[] {(byte) padded.length(), (byte) (padded.length() >> 8)});
    npy.write(padded.getBytes(StandardCharsets.US_ASCII));
    npy.write(new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, 0x40});
    write(Reader.NPY, "mapped", after(MAPPED, npy.toByteArray()));
    ByteArrayOutputStream npz = new ByteArrayOutputStream();
    try (var out = new ZipOutputStream(npz)) {
      for (String name : List.of("x", "y")) {
        out.putNextEntry(new ZipEntry(name + ".npy"));
        out.write(npy.toByteArray());
      }
    }
    write(Reader.NPY, "archive", after(PACKED, npz.toByteArray()));
  }

  private void images() throws IOException {
    Map<String, Integer> kinds =
        Map.of(
            "png", BufferedImage.TYPE_INT_ARGB,
            "jpg", BufferedImage.TYPE_INT_RGB,
            "gif", BufferedImage.TYPE_BYTE_INDEXED);
    for (Map.Entry<String, Integer> kind : kinds.entrySet()) {
      BufferedImage image = new BufferedImage(5, 4, kind.getValue());
      for (int i = 0; i < 20; i++) {
        image.setRGB(i % 5, i / 5, 0xFF000000 | i * 0x0B0C0D);
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(image, kind.getKey(), out);
      write(Reader.IMAGE, kind.getKey(), out.toByteArray());
    }
  }

  private void texts() throws IOException {
    try (Stream<Path> models = Files.list(Path.of("models"))) {
      for (Path m : models.filter(f -> f.toString().endsWith(".toml")).sorted().toList()) {
        String name = m.getFileName().toString().replace(".toml", "");
        write(Reader.DEFINITION, name, Files.readString(m));
      }
    }
    write(Reader.CSV, "plain", "a,b,c\n1,x,yes\n2,y,no\n-3.5e2,x,yes\n");
    write(Reader.CSV, "quoted", "\"a\",b,c\n\"1\",\"x \"\"y\"\"\",yes\n2,\"\n\",no\n?,,yes\n");
    write(Reader.TEXT, "text", after(MAPPED, "To be,\nor not – to be.\n".getBytes("UTF-8")));
    write(
        Reader.TEXT,
        "lines",
        after(PACKED, "Ada\nGrace\n\nAlan Mathison Turing\n".getBytes("UTF-8")));
    List<String> functions =
        List.of(
            "(x + y)·σ(x)",
            "z = x*y; a = [1, 2; 3, 4]; sum(a·[x; y]) + z^2",
            "x = 1; y = 2.5e-1; relu(x - y) / (1 + exp(-x))",
            "x = [1, 2, 3]; w = [0.5; 1; 2]; b = 0.1; log(1 + exp(x*w + b))");
    for (int i = 0; i < functions.size(); i++) {
      write(Reader.EXPRESSION, "f" + i, functions.get(i));
    }
    try (Stream<Path> worked = Files.list(Path.of("models/lecture"))) {
      for (Path f : worked.filter(f -> f.toString().endsWith(".expr")).sorted().toList()) {
        write(Reader.EXPRESSION, f.getFileName().toString(), Files.readString(f));
      }
    }
  }
}
