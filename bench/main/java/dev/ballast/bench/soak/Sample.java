package dev.ballast.bench.soak;

import dev.ballast.cli.Report;
import dev.ballast.memory.Kind;
import java.util.Locale;
import java.util.Map;

/**
 * A look at the process.
 *
 * @param seconds since the start
 * @param account bytes off the heap by kind
 * @param pooled answers of the pool so far
 * @param batched answers of the batcher so far
 * @param callerBytes that the threads that ask have allocated on the heap so far
 * @param modelsAlive models that have memory
 * @param sessions that are open
 */
record Sample(
    double seconds,
    ProcessStatus process,
    JvmStatus jvm,
    Map<Kind, Long> account,
    long pooled,
    long batched,
    long callerBytes,
    int swaps,
    int refused,
    int modelsAlive,
    int sessions) {

  long accountBytes() {
    return account.values().stream().mapToLong(Long::longValue).sum();
  }

  long answers() {
    return pooled + batched;
  }

  Map<String, Object> values() {
    Report r =
        new Report()
            .put("seconds", seconds)
            .put("residentBytes", process.resident())
            .put("anonymousBytes", process.anonymous())
            .put("fileBytes", process.files())
            .put("heapAfterCollectionBytes", jvm.heapAfterCollection())
            .put("metaspaceBytes", jvm.classes())
            .put("codeBytes", jvm.code())
            .put("collections", jvm.collections());
    account.forEach((kind, bytes) -> r.put(kind.name().toLowerCase(Locale.ROOT) + "Bytes", bytes));
    return r.put("pooled", pooled)
        .put("batched", batched)
        .put("callerHeapBytes", callerBytes)
        .put("swaps", swaps)
        .put("refused", refused)
        .put("models", modelsAlive)
        .put("sessions", sessions)
        .values();
  }
}
