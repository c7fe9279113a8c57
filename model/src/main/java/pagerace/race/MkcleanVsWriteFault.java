// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Dimensions.On.X86;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.SEQUENTIAL;
import static pagerace.race.Row.history;
import static pagerace.race.Row.mainline;

import java.util.List;
import pagerace.machine.Machine;
import pagerace.machine.Translation;
import pagerace.mm.Buffers;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Inode;
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
import pagerace.race.Dimensions.On;

/** A page of a file is stored to through its mapping while it is cleaned. */
@Race.Head(
        question =
                "Can a page be cleaned in such a way that a store through its mapping is forgotten, or that the next one goes"
                        + " unnoticed?",
        anchor =
                "clear_page_dirty_for_io against do_wp_page and the MMU; d08b3851da41 (track dirty shared pages, 2.6.19),"
                        + " 7658cc289288 (transfer what the entries know, 29 December 2006), 79352894b285 (wait for the lock, 2.6.23)",
        references = {"459C98BF.5080409@yahoo.com.au: Nick Piggin and Linus Torvalds, 4 January 2007, on 7658cc289288"},
        invariant = "while an entry is writable the page is dirty, and a store is on disk or remembered somewhere",
        actors = {"store", "writeback"},
        breakingSchedule = """
                store                            | writeback (MARK_UNSYNCHRONISED)
                                                 | looks for writable entries: none
                faults: the entry is writable    |
                marks the page: dirty already    |
                                                 | clears the dirty mark
                                                 | writes the page
                stores; nobody is told           |
                the entry is writable, the page clean: no later sync will write the store""",
        notModelled = {
            "a filesystem with page_mkwrite: that is PageMkwriteVsTruncate (missed here)",
            "the store after a fault: of marking only what it leaves behind is judged (missed: nothing new)",
            "several entries and several threads that store (missed: nothing new)",
            "reclaim, which looks at the entry's dirty bit as well and can save a page that this race calls clean (false alarms)"
        })
public final class MkcleanVsWriteFault extends CatalogueRace {
    /** The race. */
    public MkcleanVsWriteFault() {
        super(End.values(), Fix.values(), List.of(On.X86, On.ARM64));
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("the fault or the store came first: the page is clean, and the entry read-only")
        WRITTEN,
        @Permitted("the page was cleaned first, and is dirty again")
        DIRTY_AGAIN,
        @Permitted("the mark was cancelled, and the entry remembers the store")
        ENTRY_REMEMBERS,
        @Window("the page was dirty when the fault came, was cleaned, and was marked again: neither missed the other")
        MARKED_AGAIN,
        @Window("the page was dirty before and clean after, or the next store would have faulted")
        CLEANED_MEANWHILE,
        @Forbidden("the entry is writable and the page is clean: the next store goes unnoticed")
        WRITABLE_YET_CLEAN,
        @Forbidden("a store is neither on disk nor remembered: not by the page, not by its buffers, not by the entry")
        LOST_STORE
    }

    /** What is done to the page. */
    private enum Against {
        /** Its entry is read-only, so that the first store faults. */
        WRITEBACK,
        /** Its entry is writable; its buffers are clean, since the filesystem wrote them by hand. */
        WRITEBACK_OF_CLEAN_BUFFERS,
        /** The same, but the page is only declared clean, as when its buffers are freed. */
        CANCEL
    }

    /** Every way of marking and of cleaning. */
    enum Fix implements Listed {
        MARK_UNSYNCHRONISED(history(
                        "2.6.20 .. 2.6.22",
                        "7658cc289288",
                        withoutMkwrite(Linux.V2_6_20).without(SharedWriteFault.Step.LOCK_TO_DIRTY),
                        "a fault makes the entry writable and marks the page without looking at the folio lock")
                .breaks(SC)),
        MARK_AFTER_WAIT(history(
                        "2.6.23 .. 3.18",
                        "79352894b285",
                        withoutMkwrite(Linux.V2_6_23)
                                .without(SharedWriteFault.Step.LOCK_TO_DIRTY)
                                .with(SharedWriteFault.Step.WAIT_UNLOCKED_BEFORE_DIRTY),
                        "between the two it waits until the folio is unlocked")
                .control(() -> MARK_UNSYNCHRONISED)),
        MARK_LOCKED(mainline(
                        ">= 3.19",
                        "2d6d7f982846",
                        withoutMkwrite(Linux.MAINLINE),
                        "it takes the folio lock to mark the page")
                .control(() -> MARK_UNSYNCHRONISED)),
        CLEAR_FIRST(
                history(
                                "2.6.19",
                                "d08b3851da41",
                                withoutMkwrite(Linux.V2_6_19),
                                "writeback clears the mark, then cleans the entries and forgets what they knew")
                        .breaks(SEQUENTIAL),
                Against.WRITEBACK_OF_CLEAN_BUFFERS),
        TRANSFER(
                mainline(
                                ">= 2.6.20",
                                "7658cc289288",
                                withoutMkwrite(Linux.MAINLINE),
                                "writeback cleans the entries, marks the page and its buffers if they were dirty, then clears the mark")
                        .control(() -> CLEAR_FIRST),
                Against.WRITEBACK_OF_CLEAN_BUFFERS),
        CANCEL_CLEANS_ENTRIES(
                history(
                                "2.6.19",
                                "d08b3851da41",
                                withoutMkwrite(Linux.V2_6_19),
                                "cancelling the mark cleans the entries too, and forgets what they knew")
                        .breaks(SEQUENTIAL),
                Against.CANCEL),
        CANCEL_MARK_ONLY(
                mainline(
                                ">= 2.6.20",
                                "-",
                                withoutMkwrite(Linux.MAINLINE),
                                "cancelling touches the mark and the accounting only")
                        .control(() -> CANCEL_CLEANS_ENTRIES)
                        .offThreads(), // cancelling a bit meets nothing that threads could race for
                Against.CANCEL);

        private final Row row;
        private final Against against;

        Fix(Row row) {
            this(row, Against.WRITEBACK);
        }

        Fix(Row row, Against against) {
            this.row = row.onThreads(X86);
            this.against = against;
        }

        private static Kernel withoutMkwrite(Kernel kernel) {
            return kernel.with(SharedWriteFault.Step.class, SharedWriteFault.WITHOUT_MKWRITE);
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of(
                    row.kernel().steps(SharedWriteFault.Step.class),
                    row.kernel().steps(CleanFolio.Step.class));
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new State(machine, at, kernel, against);
        }
    }

    /**
     * What the storing thread saw.
     *
     * @param dirtyBefore whether the page was dirty before the fault or the store
     * @param cleanedMeanwhile whether the page that was dirty is clean after it, or the next store would fault
     */
    private record Marked(boolean dirtyBefore, boolean cleanedMeanwhile) {}

    /** One dirty page of a file, mapped once. */
    private static final class State implements Scenario.OfTwo<Marked, Writeback.End> {
        private static final long BEFORE = 1;
        private static final long STORED = 2;

        private final Against against;
        private final Folio folio;
        private final DiskFile file;
        private final Mm mm;
        private final SharedWriteFault fault;
        private final FileStore store;
        private final CleanFolio clean;
        private final Writeback writeback;

        State(Machine machine, Place at, Kernel kernel, Against against) {
            this.against = against;
            boolean protectedEntry = against == Against.WRITEBACK;
            Scene scene = new Scene(machine, at.the(On.class).platform());
            folio = scene.file("folio").mapped().with(Folio.DIRTY).holding(BEFORE);
            file = new DiskFile(
                    machine,
                    new Inode(machine, Folio.FILE, folio),
                    BEFORE,
                    true,
                    null,
                    protectedEntry ? null : new Buffers(machine, Buffers.ATTACHED));
            Scene.Space space = scene.mm("mm").walkers(0);
            mm = protectedEntry
                    ? space.mapping(Pte.present(folio.pfn, Pte.ACCESSED))
                    : space.caching(Translation.NONE).mapping(Pte.present(folio.pfn, Pte.ACCESSED | Pte.WRITE));
            fault = kernel.replace(new SharedWriteFault(kernel, mm, file));
            store = new FileStore(mm, fault);
            clean = kernel.replace(new CleanFolio(kernel, file, List.of(mm)));
            writeback = kernel.replace(new Writeback(kernel, file, clean));
        }

        @Override
        public Marked first() {
            boolean dirtyBefore = folio.test(Folio.DIRTY);
            if (against == Against.WRITEBACK) {
                fault.handle(); // the store itself would add nothing: whether the next one is noticed is the question
            } else {
                store.store(STORED);
            }
            boolean cleaned = dirtyBefore && !folio.test(Folio.DIRTY);
            return new Marked(
                    dirtyBefore, cleaned || !Pte.isWritable(mm.entry(0).word.readOnce()));
        }

        @Override
        public Writeback.End second() {
            if (against != Against.CANCEL) {
                return writeback.write(folio);
            }
            folio.lock.lock();
            clean.cancel(folio);
            folio.lock.unlock();
            return Writeback.End.NOTHING_TO_DO;
        }

        @Override
        public Outcome judge(Marked marked, Writeback.End written) {
            long entry = mm.entry(0).word.readOnce();
            boolean dirty = folio.test(Folio.DIRTY);
            boolean stored = folio.data.readOnce() == STORED;
            Buffers buffers = file.buffers;
            boolean buffersDirty = buffers != null && (buffers.state.readOnce() & Buffers.DIRTY) != 0;
            boolean remembered = dirty || buffersDirty || Pte.has(entry, Pte.DIRTY);
            if (stored && file.disk.readOnce() != STORED && !remembered) {
                return End.LOST_STORE;
            }
            if (Pte.isWritable(entry) && !dirty && against != Against.CANCEL) {
                return End.WRITABLE_YET_CLEAN;
            }
            if (marked.cleanedMeanwhile) {
                return End.CLEANED_MEANWHILE;
            }
            if (dirty) {
                return marked.dirtyBefore && written == Writeback.End.WRITTEN ? End.MARKED_AGAIN : End.DIRTY_AGAIN;
            }
            return against == Against.CANCEL ? End.ENTRY_REMEMBERS : End.WRITTEN;
        }
    }
}
