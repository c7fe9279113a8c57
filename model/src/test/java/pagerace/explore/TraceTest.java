// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import pagerace.machine.Format;
import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/** Traces as golden files, in {@code src/test/resources/pagerace/explore}. */
class TraceTest {
    private static final long WRITABLE = 2;

    private static final Format PTE = value -> "[" + ((value & WRITABLE) == 0 ? "" : "W ") + "pfn=1]";

    /** A pin without the lock against a write-protect under it: small, but with every kind of step. */
    private static final class PinVsProtect implements Program<String> {
        private final Machine machine;
        private final Word pte;
        private final Word refcount;
        private final Word mapcount;
        private final SpinLock ptl;
        private final Word done;

        PinVsProtect(Machine machine) {
            this.machine = machine;
            pte = machine.word("pte", PTE, 3);
            refcount = machine.word("folio.refcount", 1);
            mapcount = machine.word("folio.mapcount", 1);
            ptl = new SpinLock(machine, "ptl");
            done = machine.word("done", 0);
        }

        @Override
        public List<Supplier<?>> actors() {
            return List.of(this::pin, this::protect);
        }

        private String pin() {
            long seen = pte.readOnce();
            if (!refcount.addUnless(1, 0, Order.FULL)) {
                return "GONE";
            }
            if (pte.readOnce() != seen) {
                refcount.add(-1);
                return "UNDONE";
            }
            ptl.lock();
            mapcount.add(1);
            machine.smpMbAfterAtomic();
            ptl.unlock();
            done.storeRelease(1);
            return "PINNED";
        }

        private String protect() {
            ptl.lock();
            long old = pte.readOnce();
            pte.writeOnce(old & ~WRITABLE);
            boolean pinned = refcount.readOnce() > 1;
            machine.smpWmb();
            ptl.unlock();
            done.await(value -> pinned || value >= 0);
            return pinned ? "SEEN" : "SHARED";
        }

        @Override
        public String judge(List<Object> ends) {
            return ends.toString();
        }

        @Override
        public String stuck() {
            return "STUCK";
        }
    }

    private static <O> String trace(Explorer<O> explorer, MemoryModel model, O outcome) {
        Schedule schedule =
                Objects.requireNonNull(explorer.explore(model).schedules().get(outcome));
        return Trace.print(locksAsNumbers(schedule), List.of("gup-fast", "fork"))
                .replaceAll("TraceTest\\$([\\w.]+):\\d+", "$1:*")
                .replaceAll("Litany\\$[\\w.$]+:\\d+", "Litany:*");
    }

    /** The same, but for the format of locks: what memory holds is the matter here. */
    private static Schedule locksAsNumbers(Schedule schedule) {
        List<Format> formats = schedule.formats().stream()
                .map(format -> format == PTE ? PTE : Format.DECIMAL)
                .toList();
        return new Schedule(schedule.events(), schedule.fates(), schedule.words(), formats);
    }

    @Test
    void aStoreBufferedAcrossAPin() {
        Golden.check("store-buffer.txt", trace(Explorer.of(PinVsProtect::new), Tso.MODEL, "[PINNED, SHARED]"));
    }

    @Test
    void anInterleaving() {
        Golden.check("interleaving.txt", trace(Explorer.of(PinVsProtect::new), Sc.MODEL, "[UNDONE, SEEN]"));
    }

    /** The source as a stack trace has it, and a table without it. */
    @Test
    void theSourceIsShownAsItIsAskedFor() {
        Litany program = Litany.parse("LOCK p, LOCK q, UNLOCK q, UNLOCK p | LOCK q, LOCK p, UNLOCK p, UNLOCK q");
        Schedule schedule = Objects.requireNonNull(
                program.explorer().explore(Sc.MODEL).schedules().get(Litany.STUCK));
        Transcript transcript = Transcript.of(schedule, List.of("gup-fast", "fork"));
        String[] withFile = Trace.print(transcript, Trace.Source.FILE).split("\n", -1);
        assertThat(withFile[0]).endsWith("  source");
        assertThat(withFile[1]).matches("1 .* \\(Litany\\.java:\\d+\\)");
        assertThat(withFile[3]).matches(" .* \\(Litany\\.java:\\d+\\); \\(Litany\\.java:\\d+\\)");
        assertThat(Trace.print(transcript, Trace.Source.NONE))
                .isEqualTo(Trace.print(transcript)
                        .replaceAll(" +(source|Litany[^ ]*:\\d+(; Litany[^ ]*:\\d+)?)(?=\n)", ""));
    }

    @Test
    void aDeadlock() {
        Litany program = Litany.parse("W x 1, LOCK p, LOCK q, UNLOCK q, UNLOCK p | LOCK q, LOCK p, UNLOCK p, UNLOCK q");
        Golden.check("deadlock.txt", trace(program.explorer(), Tso.MODEL, Litany.STUCK));
    }

    @Test
    void aLockWait() {
        Litany program = Litany.parse("LOCK p, R x, R x, UNLOCK p | W x 1, LOCK p, W y 1, UNLOCK p");
        Golden.check("lock-wait.txt", trace(program.explorer(), Sc.MODEL, "0 1 |  ; x=1 y=1 z=0"));
    }

    @Test
    void ownAndForeignStoreBuffers() {
        Litany program = Litany.parse("W x 1, R x, R y | W y 2, W x 2");
        Golden.check("n6.txt", trace(program.explorer(), Tso.MODEL, "1 0 |  ; x=1 y=2 z=0"));
    }
}
