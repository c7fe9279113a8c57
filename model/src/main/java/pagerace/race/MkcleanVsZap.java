// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Dimensions.On.X86;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Row.history;
import static pagerace.race.Row.mainline;

import java.util.List;
import pagerace.machine.Machine;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.Steps;
import pagerace.mm.op.CleanFolio;
import pagerace.mm.op.FileStore;
import pagerace.mm.op.Linux;
import pagerace.mm.op.SharedWriteFault;
import pagerace.mm.op.Writeback;
import pagerace.mm.op.Zap;
import pagerace.race.Dimensions.On;

/** A thread stores to a mapped file, syncs it and stores again, while another thread of the process removes the mapping. */
@Race.Head(
        question =
                "Can a store through a stale TLB entry be lost because writeback skipped a page whose mapping was just being removed?",
        anchor =
                "folio_clear_dirty_for_io against zap_pte_range; 1cf35d47712d (flush dirty shared entries under the page-table lock,"
                        + " 3.15), 5df397dec7c4 (delay the removal from the reverse mapping past the flush, 6.2)",
        references = {
            "CA+55aFzM+NpE-EzJdDeYX=cqWRzkGv9o-vybDR=oFtDLMRK-mA@mail.gmail.com: Linus Torvalds, 22 April 2014: mark the page dirty after the flush, and the lock that would need",
            "alpine.LFD.2.11.1404251615320.11259@i7.linux-foundation.org: Linus Torvalds, 25 April 2014, the patch that became 1cf35d47712d",
            "alpine.LSU.2.11.1404251956570.990@eggly.anvils: Hugh Dickins' alternative, which holds i_mmap_mutex, and Dave Hansen's reproducer"
        },
        invariant = "a store that succeeded is on disk, or the page is dirty",
        actors = {"store, sync, store", "zap"},
        breakingSchedule = """
                store, sync, store                            | zap (FLUSH_UNDER_PTL)
                                                              | clears the entry
                                                              | the page counts no mapping any more
                locks the page: not mapped, no entry to clean |
                clears the dirty mark, writes the page        |
                stores through the stale translation          |
                                                              | flushes that translation
                neither is the store on disk, nor is the page dirty""",
        notModelled = {
            "other CPUs than the one that syncs: the store and the sync are one thread's here (missed: nothing new)",
            "a page that is clean behind a dirty entry, which filesystems that track dirty pages do not have: what the entry"
                    + " knows is transferred for nothing here (missed)",
            "a batch of several entries: late flushes come later still (missed: nothing new)",
            "caching a translation again after a flush (missed: only entries that permit it could be cached)"
        })
public final class MkcleanVsZap extends CatalogueRace {
    /** The race. */
    public MkcleanVsZap() {
        super(End.values(), Fix.values(), List.of(On.X86, On.ARM64));
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("the page was cleaned, then its mapping removed: the second store found the entry read-only")
        CLEANED_THEN_ZAPPED,
        @Permitted("the mapping was gone when the thread came to store")
        ZAPPED_BEFORE,
        @Window("the mapping was removed between the two stores, before the page was cleaned")
        ZAPPED_BETWEEN_STORES,
        @Forbidden("a store that succeeded is not on disk, and the page is clean")
        LOST_STORE
    }

    /** Every order of unmapping, the oldest first. */
    enum Fix implements Listed {
        FLUSH_LATE(history(
                        "<= 3.14",
                        "-",
                        Linux.V3_4,
                        "the flush comes at the end of the batch, after the page-table lock is given back")
                .breaks(SC)),
        FLUSH_UNDER_PTL(history(
                        "3.15 .. 6.1",
                        "1cf35d47712d",
                        Linux.V6_1,
                        "a dirty entry is flushed under the page-table lock, but the mapping is uncounted before")
                .breaks(SC)),
        UNCOUNT_AFTER_FLUSH(mainline(
                ">= 6.2", "5df397dec7c4", Linux.V6_2, "as before, and the mapping is uncounted after the flush"));

        private final Row row;

        Fix(Row row) {
            this.row = row.onThreads(X86);
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public Fix usualControl(Place at) {
            return FLUSH_UNDER_PTL;
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of(row.kernel().steps(Zap.Step.class), row.kernel().steps(CleanFolio.Step.class));
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new State(machine, at, kernel);
        }
    }

    /** Which of the two stores the translation permitted; a thread that must fault leaves it at that. */
    private record Stores(boolean before, boolean after) {}

    /** One page of a file, dirty, mapped by an entry that is dirty and cached. */
    private static final class State implements Scenario.OfTwo<Stores, Zap.End> {
        private static final long ON_DISK = 0;
        private static final long BEFORE = 1;
        private static final long FIRST = 2;
        private static final long SECOND = 3;

        private final Folio folio;
        private final DiskFile file;
        private final Mm mm;
        private final Writeback writeback;
        private final FileStore store;
        private final Zap zap;

        State(Machine machine, Place at, Kernel kernel) {
            Scene scene = new Scene(machine, at.the(On.class).platform());
            folio = scene.file("folio").mapped().with(Folio.DIRTY).holding(BEFORE);
            file = new DiskFile(machine, folio, ON_DISK, true);
            long entry = Pte.present(folio.pfn, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED);
            mm = scene.mm("mm").walkers(0).caching(entry).mapping(entry);
            store = new FileStore(mm, kernel.replace(new SharedWriteFault(kernel, mm, file)));
            CleanFolio clean = kernel.replace(new CleanFolio(kernel, file, List.of(mm)));
            writeback = kernel.replace(new Writeback(kernel, file, clean));
            zap = kernel.replace(new Zap(kernel, mm));
        }

        @Override
        public Stores first() {
            boolean before = store.storeThrough(FIRST);
            writeback.write(folio);
            return new Stores(before, store.storeThrough(SECOND));
        }

        @Override
        public Zap.End second() {
            return zap.zap(mm.entry(0));
        }

        @Override
        public Outcome judge(Stores stores, Zap.End zapped) {
            long newest = stores.after ? SECOND : stores.before ? FIRST : BEFORE;
            if (!folio.test(Folio.DIRTY) && file.disk.readOnce() != newest) {
                return End.LOST_STORE;
            }
            if (!stores.before) {
                return End.ZAPPED_BEFORE;
            }
            return zapped == Zap.End.ZAPPED_CLEAN ? End.CLEANED_THEN_ZAPPED : End.ZAPPED_BETWEEN_STORES;
        }
    }
}
