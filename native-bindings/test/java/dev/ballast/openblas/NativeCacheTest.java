package dev.ballast.openblas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.openblas.NativesManifest.NativeFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeCacheTest {
  @TempDir private Path temp;

  private final Map<String, byte[]> jar = Map.of("a.so", bytes(1, 300_000), "b.so", bytes(2, 10));
  private final AtomicInteger opened = new AtomicInteger();
  private Path folder;

  private static byte[] bytes(long seed, int count) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @BeforeEach
  void chooseAFolderThatDoesNotExistYet() {
    folder = temp.resolve("cache").resolve("openblas");
  }

  private static NativeFile pinned(String name, byte[] content) throws Exception {
    byte[] sum = MessageDigest.getInstance("SHA-256").digest(content);
    return new NativeFile(HexFormat.of().formatHex(sum), content.length, name);
  }

  private NativeCache cache() throws Exception {
    List<NativeFile> files =
        List.of(pinned("a.so", jar.get("a.so")), pinned("b.so", jar.get("b.so")));
    return new NativeCache(
        folder,
        files,
        name -> {
          opened.incrementAndGet();
          return Optional.ofNullable(jar.get(name)).map(ByteArrayInputStream::new);
        });
  }

  private void assertIntact() throws IOException {
    for (String name : jar.keySet()) {
      assertArrayEquals(jar.get(name), Files.readAllBytes(folder.resolve(name)), name);
    }
    try (var files = Files.list(folder)) {
      assertFalse(files.anyMatch(file -> file.toString().endsWith(".part")));
    }
  }

  @Test
  void filesAreUnpackedOnceAndNeverAgain() throws Exception {
    assertEquals(List.of(folder.resolve("a.so"), folder.resolve("b.so")), cache().prepare());
    assertIntact();
    cache().prepare();
    cache().prepare();
    assertEquals(2, opened.get());
  }

  @Test
  void manyThreadsAtOnceUnpackEachFileOnce() throws Exception {
    List<Callable<List<Path>>> tasks = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      tasks.add(() -> cache().prepare());
    }
    try (var executor = Executors.newFixedThreadPool(16)) {
      for (Future<List<Path>> future : executor.invokeAll(tasks)) {
        assertEquals(2, future.get().size());
      }
    }
    assertIntact();
    assertEquals(2, opened.get());
  }

  @Test
  void aTruncatedAMissingAndAChangedFileAreUnpackedAnew() throws Exception {
    cache().prepare();
    Files.write(folder.resolve("a.so"), bytes(1, 1000));
    Files.delete(folder.resolve("b.so"));
    cache().prepare();
    assertIntact();
    byte[] changed = jar.get("a.so").clone();
    changed[12345] ^= 1;
    Files.write(folder.resolve("a.so"), changed);
    cache().prepare();
    assertIntact();
    assertEquals(5, opened.get());
  }

  @Test
  void aBitFlippedBehindTheFileSystemsBackIsFoundByTheFullCheck() throws Exception {
    cache().prepare();
    Path file = folder.resolve("a.so");
    FileTime time = Files.getLastModifiedTime(file);
    byte[] changed = jar.get("a.so").clone();
    changed[299_999] ^= 4;
    Files.write(file, changed);
    Files.setLastModifiedTime(file, time);
    assertEquals(List.of(file), cache().damagedFiles());
    assertTrue(cache().repair());
    assertIntact();
    assertEquals(List.of(), cache().damagedFiles());
    assertFalse(cache().repair());
  }

  @Test
  void intactFilesWithOtherTimesAreCheckedAndKept() throws Exception {
    cache().prepare();
    Files.setLastModifiedTime(folder.resolve("a.so"), FileTime.fromMillis(0));
    cache().prepare();
    assertEquals(2, opened.get());
  }

  @Test
  void aDamagedRecordIsReplacedWithoutUnpackingAnything() throws Exception {
    cache().prepare();
    Files.write(folder.resolve("checked"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 10, 13});
    cache().prepare();
    assertIntact();
    assertEquals(2, opened.get());
  }

  @Test
  void leftoversOfAProcessThatDiedAreClearedAway() throws Exception {
    Files.createDirectories(folder);
    Files.write(folder.resolve("a.so.123.part"), new byte[10]);
    cache().prepare();
    assertIntact();
  }

  @Test
  void aJarWithOtherBytesIsRefusedAndLeavesNothing() throws Exception {
    NativeCache cache =
        new NativeCache(
            folder,
            List.of(pinned("a.so", jar.get("a.so"))),
            _ -> Optional.of(new ByteArrayInputStream(bytes(9, 300_000))));
    IOException e = assertThrows(IOException.class, cache::prepare);
    assertTrue(e.getMessage().contains("align the version"), e.getMessage());
    assertFalse(Files.exists(folder.resolve("a.so")));
    try (var files = Files.list(folder)) {
      assertEquals(List.of("lock"), files.map(f -> f.getFileName().toString()).toList());
    }
  }

  @Test
  void theCacheOfThisBuildIsIntact() throws Exception {
    OpenBlas.report();
    assertEquals(List.of(), OpenBlas.damagedFiles());
  }
}
