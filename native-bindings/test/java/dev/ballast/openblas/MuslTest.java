package dev.ballast.openblas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MuslTest {
  @TempDir private Path folder;

  private boolean isMappedIn(String lines) throws IOException {
    return Musl.isMappedIn(Files.writeString(folder.resolve("maps"), lines));
  }

  /** Lines of real processes; Debian's package of musl keeps it beside glibc. */
  @Test
  void muslIsKnownByItsFile() throws Exception {
    assertTrue(
        isMappedIn(
            """
            55dbbf266000-55dbbf267000 r--p 00000000 fe:00 2508599                    /tmp/open
            7f34aa04c000-7f34aa061000 r--p 00000000 fe:00 1622554                    /usr/lib/x86_64-linux-musl/libc.so
            7f34aa0f9000-7f34aa0fb000 rw-p 00000000 00:00 0\s
            """));
    assertTrue(
        isMappedIn(
            "7f2a1c000000-7f2a1c014000 r--p 00000000 08:01 1234 /lib/ld-musl-aarch64.so.1\n"));
  }

  @Test
  void glibcIsNotMuslNorIsAFolderOfThatName() throws Exception {
    assertFalse(
        isMappedIn(
            """
            7f9d6d200000-7f9d6d226000 r--p 00000000 fe:00 1573 /usr/lib/x86_64-linux-gnu/libc.so.6
            7f9d6d300000-7f9d6d326000 r--p 00000000 fe:00 1574 /home/musl/lib/libjvm.so
            7f9d6d400000-7f9d6d426000 r--p 00000000 fe:00 1575 /opt/ld-musl-notes/libc.so.6
            """));
    assertFalse(Musl.isMappedIn(folder.resolve("no such file")));
  }

  @Test
  void onMuslNothingOfTheBundleIsOpened() {
    LibraryLoader loader = new LibraryLoader(Optional.empty(), Platform.current(), true);
    String first;
    try {
      first = loader.load().report().attempts().getFirst().toString();
    } catch (NativeLibraryException e) {
      assertTrue(
          e.getMessage().contains("Next: install an OpenBLAS built for musl"), e::getMessage);
      assertTrue(e.getMessage().contains("-Dballast.openblas.path=FILE"), e::getMessage);
      first = e.attempts().getFirst().toString();
    }
    assertEquals(
        "bundled  org.bytedeco:openblas:%s: this JVM runs on musl, these natives need glibc"
            .formatted(Platform.current().classifier()),
        first);
  }

  @Test
  void aLibraryOfTheUserThatFailsOnMuslIsToldApart() throws Exception {
    Path file = folder.resolve("missing.so");
    LibraryLoader loader =
        new LibraryLoader(Optional.of(file.toString()), Platform.current(), true);
    Exception e = assertThrows(NativeLibraryException.class, loader::load);
    assertTrue(e.getMessage().contains("the library must be built for it"), e::getMessage);
  }
}
