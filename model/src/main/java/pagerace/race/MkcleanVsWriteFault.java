// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Reachability.NEVER;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.SEQUENTIAL;

import java.util.List;
import pagerace.machine.Machine;
import pagerace.machine.Tlb;
import pagerace.machine.Translation;
import pagerace.mm.Buffers;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Inode;
import pagerace.mm.MemMap;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.op.CleanFolio;
import pagerace.mm.op.FileStore;
import pagerace.mm.op.SharedWriteFault;
import pagerace.mm.op.SharedWriteFault.Step;
import pagerace.mm.op.Steps;
import pagerace.mm.op.Writeback;
import pagerace.race.Dimensions.On;

/** A page of a file is stored to through its mapping while it is cleaned. */
public final class MkcleanVsWriteFault implements Race {
    @Override
    public String question() {
        return "Can a page be cleaned in such a way that a store through its mapping is forgotten, or that the next one goes"
                + " unnoticed?";
    }

    @Override
    public String anchor() {
        return "clear_page_dirty_for_io against do_wp_page and the MMU; d08b3851da41 (track dirty shared pages, 2.6.19),"
                + " 7658cc289288 (transfer what the entries know, 29 December 2006), 79352894b285 (wait for the lock, 2.6.23)";
    }

    @Override
    public List<String> references() {
        return List.of(
                "459C98BF.5080409@yahoo.com.au: Nick Piggin and Linus Torvalds, 4 January 2007, on 7658cc289288");
    }

    @Override
    public String invariant() {
        return "while an entry is writable the page is dirty, and a store is on disk or remembered somewhere";
    }

    @Override
    public String breakingSchedule() {
        return """
                store                            | writeback (MARK_UNSYNCHRONISED)
                                                 | looks for writable entries: none
                faults: the entry is writable    |
                marks the page: dirty already    |
                                                 | clears the dirty mark
                                                 | writes the page
                stores; nobody is told           |
                the entry is writable, the page clean: no later sync will write the store""";
    }

    @Override
    public List<String> notModelled() {
        return List.of(
                "a filesystem with page_mkwrite: that is PageMkwriteVsTruncate (missed here)",
                "the store after a fault: of marking only what it leaves behind is judged (missed: nothing new)",
                "several entries and several threads that store (missed: nothing new)",
                "reclaim, which looks at the entry's dirty bit as well and can save a page that this race calls clean (false alarms)");
    }

    @Override
    public List<String> actors() {
        return List.of("store", "writeback");
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
    enum Fix implements Candidate {
        MARK_UNSYNCHRONISED(
                Origin.history(
                        "2.6.20 .. 2.6.22",
                        "7658cc289288",
                        "file-e.nosync",
                        "a fault makes the entry writable and marks the page without looking at the folio lock"),
                Against.WRITEBACK,
                SharedWriteFault.WITHOUT_MKWRITE.without(Step.LOCK_TO_DIRTY),
                CleanFolio.MAINLINE,
                SC),
        MARK_AFTER_WAIT(
                Origin.history(
                        "2.6.23 .. 3.18",
                        "79352894b285",
                        "file-e.wait",
                        "between the two it waits until the folio is unlocked"),
                Against.WRITEBACK,
                SharedWriteFault.WITHOUT_MKWRITE.without(Step.LOCK_TO_DIRTY).with(Step.WAIT_UNLOCKED_BEFORE_DIRTY),
                CleanFolio.MAINLINE,
                NEVER),
        MARK_LOCKED(
                Origin.mainline(">= 3.19", "2d6d7f982846", "file-e.lock", "it takes the folio lock to mark the page"),
                Against.WRITEBACK,
                SharedWriteFault.WITHOUT_MKWRITE,
                CleanFolio.MAINLINE,
                NEVER),
        CLEAR_FIRST(
                Origin.history(
                        "2.6.19",
                        "d08b3851da41",
                        "file-e.clearfirst",
                        "writeback clears the mark, then cleans the entries and forgets what they knew"),
                Against.WRITEBACK_OF_CLEAN_BUFFERS,
                SharedWriteFault.WITHOUT_MKWRITE,
                CleanFolio.V2_6_19,
                SEQUENTIAL),
        TRANSFER(
                Origin.mainline(
                        ">= 2.6.20",
                        "7658cc289288",
                        "file-e.transfer",
                        "writeback cleans the entries, marks the page and its buffers if they were dirty, then clears the mark"),
                Against.WRITEBACK_OF_CLEAN_BUFFERS,
                SharedWriteFault.WITHOUT_MKWRITE,
                CleanFolio.MAINLINE,
                NEVER),
        CANCEL_CLEANS_ENTRIES(
                Origin.history(
                        "2.6.19",
                        "d08b3851da41",
                        "file-e.cancel-mkclean",
                        "cancelling the mark cleans the entries too, and forgets what they knew"),
                Against.CANCEL,
                SharedWriteFault.WITHOUT_MKWRITE,
                CleanFolio.V2_6_19,
                SEQUENTIAL),
        CANCEL_MARK_ONLY(
                Origin.mainline(
                        ">= 2.6.20", "-", "file-e.cancel-bit", "cancelling touches the mark and the accounting only"),
                Against.CANCEL,
                SharedWriteFault.WITHOUT_MKWRITE,
                CleanFolio.MAINLINE,
                NEVER);

        private final Origin origin;
        private final Against against;
        private final Steps<Step> fault;
        private final Steps<CleanFolio.Step> clean;
        private final Reachability reachableFrom;

        Fix(
                Origin origin,
                Against against,
                Steps<Step> fault,
                Steps<CleanFolio.Step> clean,
                Reachability reachableFrom) {
            this.origin = origin;
            this.against = against;
            this.fault = fault;
            this.clean = clean;
            this.reachableFrom = reachableFrom;
        }

        @Override
        public Reachability reachableFrom(Place at) {
            return reachableFrom;
        }

        @Override
        public Fix control(Place at) {
            return switch (against) {
                case WRITEBACK -> MARK_UNSYNCHRONISED;
                case WRITEBACK_OF_CLEAN_BUFFERS -> CLEAR_FIRST;
                case CANCEL -> CANCEL_CLEANS_ENTRIES;
            };
        }

        @Override
        public boolean isPlanned(Place at) {
            return at.is(On.X86)
                    && this != CANCEL_MARK_ONLY; // cancelling a bit meets nothing that threads could race for
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of(fault, clean);
        }

        @Override
        public Scenario<?, ?> on(Machine machine, Place at, Changes changes) {
            return new State(machine, at, changes, this);
        }

        @Override
        public Origin origin() {
            return origin;
        }
    }

    @Override
    public List<End> outcomes() {
        return List.of(End.values());
    }

    @Override
    public List<Fix> variants() {
        return List.of(Fix.values());
    }

    @Override
    public List<List<? extends Dimension>> dimensions() {
        return List.of(List.of(On.X86, On.ARM64));
    }

    /**
     * What the storing thread saw.
     *
     * @param dirtyBefore whether the page was dirty before the fault or the store
     * @param cleanedMeanwhile whether the page that was dirty is clean after it, or the next store would fault
     */
    private record Marked(boolean dirtyBefore, boolean cleanedMeanwhile) {}

    /** One dirty page of a file, mapped once. */
    private static final class State implements Scenario<Marked, Writeback.End> {
        private static final long BEFORE = 1;
        private static final long STORED = 2;

        private final Fix fix;
        private final Folio folio;
        private final DiskFile file;
        private final Mm mm;
        private final SharedWriteFault fault;
        private final FileStore store;
        private final CleanFolio clean;
        private final Writeback writeback;

        State(Machine machine, Place at, Changes changes, Fix fix) {
            this.fix = fix;
            boolean protectedEntry = fix.against == Against.WRITEBACK;
            Platform platform = at.the(On.class).platform();
            folio = new Folio(
                    machine,
                    "folio",
                    1,
                    false,
                    new Folio.Initially(2, 1, Folio.UPTODATE | Folio.DIRTY, Folio.FILE, BEFORE));
            MemMap memMap = new MemMap(machine, List.of(folio));
            file = new DiskFile(
                    machine,
                    new Inode(machine, Folio.FILE, folio),
                    BEFORE,
                    true,
                    null,
                    protectedEntry ? null : new Buffers(machine, Buffers.ATTACHED));
            long entry = Pte.present(1, protectedEntry ? Pte.ACCESSED : Pte.ACCESSED | Pte.WRITE);
            Translation translation = protectedEntry ? null : new Translation(machine, Translation.NONE);
            Tlb tlb = new Tlb(machine, platform.flush(), 0, translation);
            mm = new Mm(machine, "mm", new PageTable(machine, "mm", entry), tlb, false);
            fault = changes.replace(new SharedWriteFault(machine, mm, memMap, file, changes.keep(fix.fault)));
            store = new FileStore(mm, memMap, fault);
            clean = changes.replace(new CleanFolio(machine, file, List.of(mm), platform, changes.keep(fix.clean)));
            writeback = changes.replace(new Writeback(file, clean, Writeback.MAINLINE));
        }

        @Override
        public Marked first() {
            boolean dirtyBefore = folio.test(Folio.DIRTY);
            if (fix.against == Against.WRITEBACK) {
                fault.handle(); // the store itself would add nothing: whether the next one is noticed is the question
            } else {
                store.store(STORED);
            }
            boolean cleaned = dirtyBefore && !folio.test(Folio.DIRTY);
            return new Marked(
                    dirtyBefore, cleaned || !Pte.isWritable(mm.table.pte(0).readOnce()));
        }

        @Override
        public Writeback.End second() {
            if (fix.against != Against.CANCEL) {
                return writeback.write(folio);
            }
            folio.lock.lock();
            clean.cancel(folio);
            folio.lock.unlock();
            return Writeback.End.NOTHING_TO_DO;
        }

        @Override
        public Outcome judge(Marked marked, Writeback.End written) {
            long entry = mm.table.pte(0).readOnce();
            boolean dirty = folio.test(Folio.DIRTY);
            boolean stored = folio.data.readOnce() == STORED;
            Buffers buffers = file.buffers;
            boolean buffersDirty = buffers != null && (buffers.state.readOnce() & Buffers.DIRTY) != 0;
            boolean remembered = dirty || buffersDirty || Pte.has(entry, Pte.DIRTY);
            if (stored && file.disk.readOnce() != STORED && !remembered) {
                return End.LOST_STORE;
            }
            if (Pte.isWritable(entry) && !dirty && fix.against != Against.CANCEL) {
                return End.WRITABLE_YET_CLEAN;
            }
            if (marked.cleanedMeanwhile) {
                return End.CLEANED_MEANWHILE;
            }
            if (dirty) {
                return marked.dirtyBefore && written == Writeback.End.WRITTEN ? End.MARKED_AGAIN : End.DIRTY_AGAIN;
            }
            return fix.against == Against.CANCEL ? End.ENTRY_REMEMBERS : End.WRITTEN;
        }
    }
}
