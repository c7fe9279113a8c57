// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Dimensions.On.X86;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Row.history;
import static pagerace.race.Row.mainline;
import static pagerace.race.Row.mutant;
import static pagerace.race.Row.proposal;

import java.util.List;
import pagerace.machine.Machine;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.Steps;
import pagerace.mm.op.Admission;
import pagerace.mm.op.CleanFolio;
import pagerace.mm.op.FileStore;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.GupWrite;
import pagerace.mm.op.Linux;
import pagerace.mm.op.MarkDirty;
import pagerace.mm.op.SharedWriteFault;
import pagerace.mm.op.Writeback;
import pagerace.race.Dimensions.On;

/** A page of a file is written through a pin while writeback cleans it and writes it to disk. */
@Race.Head(
        question =
                "Can a store through a pin reach a page of a file after the filesystem has ended its agreement to the page being"
                        + " dirtied?",
        anchor =
                "GUP users with FOLL_WRITE against folio_clear_dirty_for_io and writepages; Jan Kara 2018 and his RFC of February"
                        + " 2023, Jason Gunthorpe's sketches of April 2023, Lorenzo Stoakes' series of 2023: 8ac268436e6d and a6e79df92e4a (no long-term pins for writing, 6.5)",
        references = {
            "20180104085244.GA29010@quack2.suse.cz: Jan Kara, 4 January 2018: a store by a user of GUP after writeback has write-protected the page",
            "20230209123206.3548-3-jack@suse.cz: Jan Kara, 9 February 2023, the RFC that skips pinned pages",
            "LWN 753027: \"The trouble with get_user_pages()\", 2018"
        },
        invariant =
                "every store happens while the filesystem agrees, reaches the disk or leaves the page dirty, and none changes a page"
                        + " that is being written",
        actors = {"user of the pin", "writeback"},
        breakingSchedule = """
                user of the pin                    | writeback (STORE_THEN_MARK)
                pins the page: entry writable      |
                                                   | locks the page
                                                   | makes the entry read-only and clean
                                                   | clears the dirty mark; the agreement ends
                                                   | writes the page to disk
                stores through the pin             |
                marks the page dirty               |
                the filesystem meets a dirty page that nobody asked it about""",
        notModelled = {
            "a filesystem that does not wait for stable pages: there even an ordinary store may change a page that is being"
                    + " written, which nobody forbids (missed)",
            "a second writeback before the pin's user marks the page (missed: nothing new for the first store)",
            "what the RFC does for writeback that must not skip a page, beside the copy of BOUNCE_PINNED (missed)",
            "truncation in between: that is StripBuffersVsSetDirty and LongtermPinVsTruncate (missed)",
            "a source page that faults while the folio is locked: the locked proposals can then deadlock with one page (missed)",
            "two pages of one writeback batch (missed deadlocks with the locked proposals)"
        })
public final class GupWriteVsWriteback extends CatalogueRace {
    /** The race. */
    public GupWriteVsWriteback() {
        super(End.values(), Fix.values(), List.of(On.X86, On.ARM64));
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("the store came before the page was cleaned, and is on disk")
        WRITTEN,
        @Permitted("the page was cleaned before the store, which the filesystem heard of: the page is dirty again")
        DIRTY_AGAIN,
        @Window("writeback met the pin, and left the page dirty or writable")
        PINNED_SKIPPED,
        @Window(
                "writeback cleaned the page between the pin and the look under the lock: the user of the pin faulted again")
        CLEANED_SINCE_PIN,
        @Window("the page was locked or being written by writeback when the store's turn came")
        MET_WRITEBACK,
        @Forbidden("the store is not on disk, and the page is clean")
        LOST_STORE,
        @Forbidden(value = "the page changed while it was being written", byEnds = true)
        UNSTABLE_WRITE,
        @Forbidden(
                value = "the store came after the agreement had ended, and the filesystem was not told before it",
                byEnds = true)
        STORE_OUTSIDE_EPOCH,
        @Forbidden("the store came in time, but the page was marked dirty after the agreement had ended")
        UNEXPECTED_DIRTY
    }

    /** What the filesystem need not do for everybody: necessity asks what it does here. */
    private static final Steps<SharedWriteFault.Step> STABLE = Steps.of(SharedWriteFault.Step.WAIT_STABLE);

    /**
     * A kernel that refuses no pin, in which unpinning marks the page. Who holds a lock across the store takes none to
     * mark the page.
     */
    private static final Kernel UNPINNING = PRESENT.with(Admission.NONE).with(MarkDirty.Step.class, MarkDirty.UNPIN);

    /** Who acts against the user of the pin. */
    private enum Opponent {
        WRITEBACK(1),
        /** Writeback of a page with a second mapping, which it cleans first. */
        WRITEBACK_OTHER_MAPPING_FIRST(2),
        /** Writeback of a page with a second mapping, which it cleans last. */
        WRITEBACK_OTHER_MAPPING_LAST(2),
        /** Another user of pins on the same two pages, in the opposite order. */
        WRITER(1);

        private final int mappings;

        Opponent(int mappings) {
            this.mappings = mappings;
        }
    }

    /** Every fix, the present state first. */
    enum Fix implements Listed {
        STORE_ONLY(history(
                        "<= 6.4",
                        "-",
                        Linux.V6_4.with(GupWrite.Step.class, GupWrite.LONGTERM),
                        "the user of a long-term pin stores and leaves it at that")
                .breaks(SC)),
        STORE_THEN_MARK(mainline(
                        "all",
                        "-",
                        UNPINNING,
                        "a short-term pin: the page is marked dirty after the store, under the folio lock; broken, and known to be")
                .breaks(SC)),
        REFUSE_LONGTERM(mainline(
                        ">= 6.5",
                        "8ac268436e6d",
                        Linux.MAINLINE.with(GupWrite.Step.class, GupWrite.LONGTERM),
                        "a long-term pin for writing is refused: the program stores through its own mapping")
                .control(() -> STORE_ONLY)),
        LOCKED_STORE(proposal(
                        Linux.V6_4.with(GupWrite.Step.LOCK_FOLIO),
                        "the folio is locked across store and mark, after it was pinned")
                .breaks(SC)),
        LOCKED_STORE_RECHECK(proposal(
                Linux.V6_4.with(GupWrite.Step.LOCK_FOLIO, GupWrite.Step.RECHECK_PTE),
                "as LOCKED_STORE, and with the lock held the entry must still be writable")),
        PAGE_MKWRITE_LOCKED_STORE(proposal(
                Linux.V6_4.without(GupWrite.Step.PIN).with(GupWrite.Step.PAGE_MKWRITE),
                "Jason Gunthorpe's sketch of April 2023: page_mkwrite is called for the store, and the lock that it returns is kept"
                        + " until the page is marked")),
        LOCK_TWO_FOLIOS(
                proposal(
                                Linux.V6_4.without(GupWrite.Step.PIN, GupWrite.Step.MARK_DIRTY),
                                "two pages are locked in the order in which the buffer has them")
                        .breaks(SC)
                        .deadlocks(),
                Opponent.WRITER),
        STORE_UNDER_PTL(
                proposal(
                        Linux.V6_4.with(GupWrite.Step.HOLD_PTL, GupWrite.Step.RECHECK_PTE),
                        "Jason Gunthorpe's other sketch: the page is stored to and marked under the page-table lock, if the entry is writable")),
        STORE_UNDER_PTL_TWO_MAPPINGS(
                proposal(
                                Linux.V6_4.with(GupWrite.Step.HOLD_PTL, GupWrite.Step.RECHECK_PTE),
                                "as STORE_UNDER_PTL, with a second mapping, whose lock is not held (Lorenzo Stoakes' objection); it is cleaned first")
                        .offThreads(), // the second mapping is only in writeback's way
                Opponent.WRITEBACK_OTHER_MAPPING_FIRST),
        STORE_UNDER_PTL_OWN_MAPPING_FIRST(
                proposal(
                                Linux.V6_4.with(GupWrite.Step.HOLD_PTL, GupWrite.Step.RECHECK_PTE),
                                "as STORE_UNDER_PTL_TWO_MAPPINGS, but its own mapping is cleaned first")
                        .offThreads(),
                Opponent.WRITEBACK_OTHER_MAPPING_LAST),
        SKIP_PINNED(proposal(
                UNPINNING.with(CleanFolio.Step.KEEP_PINNED_DIRTY),
                "Jan Kara's RFC of February 2023: writeback that only cleans memory leaves a pinned page dirty; it looks for pins"
                        + " once the entries are clean")),
        SKIP_PINNED_BEFORE_MKCLEAN(mutant(
                        UNPINNING.with(Writeback.Step.SKIP_PINNED),
                        "as SKIP_PINNED, but it looks for pins before it cleans the entries")
                .breaks(SC)),
        BOUNCE_PINNED(proposal(
                        UNPINNING.with(Writeback.Step.BOUNCE_PINNED),
                        "the same RFC, for writeback that must not skip: a pinned page is written from a copy, so that the disk sees it"
                                + " unchanged")
                .breaks(SC)),
        MARK_NOTIFIES(proposal(
                        UNPINNING.with(MarkDirty.Step.NOTIFY),
                        "Jan Kara 2018: marking the page dirty asks the filesystem first, as a write fault would")
                .breaks(SC)),
        KEEP_PINNED_MAPPED(proposal(
                        UNPINNING.with(CleanFolio.Step.KEEP_PINNED_MAPPED),
                        "Jan Kara 2018: writeback leaves the entry of a pinned page writable")
                .control(() -> STORE_THEN_MARK));

        private final Row row;
        private final Opponent opponent;

        Fix(Row row) {
            this(row, Opponent.WRITEBACK);
        }

        Fix(Row row, Opponent opponent) {
            this.row = row.onThreads(X86);
            this.opponent = opponent;
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public Fix usualControl(Place at) {
            boolean looks = row.kernel().steps(CleanFolio.Step.class).has(CleanFolio.Step.KEEP_PINNED_DIRTY);
            return looks ? SKIP_PINNED_BEFORE_MKCLEAN : LOCKED_STORE; // whose look comes too early
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            return opponent == Opponent.WRITER
                    ? List.of()
                    : List.of(
                            row.kernel().steps(GupWrite.Step.class),
                            row.kernel().steps(Writeback.Step.class),
                            row.kernel().steps(CleanFolio.Step.class),
                            STABLE);
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new State(machine, at, kernel, opponent);
        }
    }

    /** Two dirty pages, mapped writable once or twice: that of the file, and the other of the buffer. */
    private static final class State implements Scenario.OfTwo<GupWrite.Written, Object> {
        private static final long ON_DISK = 0;
        private static final long BEFORE = 1;
        private static final long STORED = 2;
        private static final int CPU = 0;

        private final Opponent opponent;
        private final Admission admission;
        private final Folio folio;
        private final Folio second;
        private final DiskFile file;
        private final GupWrite write;
        private final FileStore store;
        private final Writeback writeback;

        State(Machine machine, Place at, Kernel kernel, Opponent opponent) {
            this.opponent = opponent;
            admission = kernel.policy(Admission.NONE);
            Scene scene = new Scene(machine, at.the(On.class).platform());
            folio = dirty(scene, "folio");
            second = dirty(scene, "folio2");
            file = new DiskFile(machine, folio, ON_DISK, true);
            Mm mm = mm(scene, "mm");
            SharedWriteFault fault = kernel.replace(new SharedWriteFault(kernel, mm, file));
            write = kernel.replace(new GupWrite(
                    kernel,
                    mm,
                    file,
                    kernel.replace(new GupFast(kernel, mm)),
                    fault,
                    kernel.replace(new MarkDirty(kernel, file))));
            store = new FileStore(mm, fault);
            writeback = kernel.replace(
                    new Writeback(kernel, file, kernel.replace(new CleanFolio(kernel, file, mappings(scene, mm)))));
        }

        private Folio dirty(Scene scene, String name) {
            return scene.file(name).with(Folio.DIRTY).mapped(opponent.mappings).holding(BEFORE);
        }

        private List<Mm> mappings(Scene scene, Mm mm) {
            return switch (opponent) {
                case WRITEBACK_OTHER_MAPPING_FIRST -> List.of(mm(scene, "mm2"), mm);
                case WRITEBACK_OTHER_MAPPING_LAST -> List.of(mm, mm(scene, "mm2"));
                case WRITEBACK, WRITER -> List.of(mm);
            };
        }

        private Mm mm(Scene scene, String name) {
            long used = Pte.WRITE | Pte.DIRTY | Pte.ACCESSED;
            long entry = Pte.present(folio.pfn, used);
            Scene.Space space = scene.mm(name).hasPinned(true);
            return (mayRefuse() ? space.caching(entry) : space).mapping(entry, Pte.present(second.pfn, used));
        }

        /** Whether the program may have to store through its own mapping. */
        private boolean mayRefuse() {
            return admission != Admission.NONE;
        }

        @Override
        public GupWrite.Written first() {
            if (opponent == Opponent.WRITER) {
                return write.writeBoth(folio, second, STORED);
            }
            GupWrite.Written written = write.write(CPU, folio, second, STORED);
            return written.stored() || !mayRefuse() ? written : storeThroughMapping();
        }

        private GupWrite.Written storeThroughMapping() {
            boolean busy = folio.test(Folio.LOCKED | Folio.WRITEBACK);
            return new GupWrite.Written(store.store(STORED) != FileStore.FAILED, false, false, busy);
        }

        @Override
        public Object second() {
            return opponent == Opponent.WRITER ? write.writeBoth(second, folio, STORED) : writeback.write(folio);
        }

        @Override
        public Outcome judge(GupWrite.Written stored, Object opposed) {
            if (!stored.stored()) {
                throw new IllegalStateException("the store never took place");
            }
            boolean dirty = folio.test(Folio.DIRTY);
            boolean onDisk = file.disk.readOnce() == STORED;
            if (!dirty && !onDisk) {
                return End.LOST_STORE;
            }
            if (opposed == Writeback.End.WRITTEN_UNSTABLE) {
                return End.UNSTABLE_WRITE;
            }
            if (stored.outside()) {
                return End.STORE_OUTSIDE_EPOCH;
            }
            if (dirty && !file.isReserved()) {
                return End.UNEXPECTED_DIRTY;
            }
            if (opposed == Writeback.End.SKIPPED_PINNED) {
                return End.PINNED_SKIPPED;
            }
            if (stored.cleanedSincePin()) {
                return End.CLEANED_SINCE_PIN;
            }
            if (stored.foundBusy()) {
                return End.MET_WRITEBACK;
            }
            return dirty ? End.DIRTY_AGAIN : End.WRITTEN;
        }
    }
}
