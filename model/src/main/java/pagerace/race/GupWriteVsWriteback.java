// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Reachability.NEVER;
import static pagerace.race.Reachability.SC;

import java.util.List;
import pagerace.machine.Machine;
import pagerace.machine.Tlb;
import pagerace.machine.Translation;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.MemMap;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.op.Admission;
import pagerace.mm.op.CleanFolio;
import pagerace.mm.op.FileStore;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.GupWrite;
import pagerace.mm.op.GupWrite.Step;
import pagerace.mm.op.MarkDirty;
import pagerace.mm.op.SharedWriteFault;
import pagerace.mm.op.Steps;
import pagerace.mm.op.Writeback;
import pagerace.race.Dimensions.On;

/** A page of a file is written through a pin while writeback cleans it and writes it to disk. */
public final class GupWriteVsWriteback implements Race {
    @Override
    public String question() {
        return "Can a store through a pin reach a page of a file after the filesystem has ended its agreement to the page being"
                + " dirtied?";
    }

    @Override
    public String anchor() {
        return "GUP users with FOLL_WRITE against folio_clear_dirty_for_io and writepages; Jan Kara 2018 and his RFC of February"
                + " 2023, Jason Gunthorpe's sketches of April 2023, Lorenzo Stoakes' series of 2023: 8ac268436e6d and a6e79df92e4a (no long-term pins for writing, 6.5)";
    }

    @Override
    public List<String> references() {
        return List.of(
                "20180104085244.GA29010@quack2.suse.cz: Jan Kara, 4 January 2018: a store by a user of GUP after writeback has write-protected the page",
                "20230209123206.3548-3-jack@suse.cz: Jan Kara, 9 February 2023, the RFC that skips pinned pages",
                "LWN 753027: \"The trouble with get_user_pages()\", 2018");
    }

    @Override
    public String invariant() {
        return "every store happens while the filesystem agrees, reaches the disk or leaves the page dirty, and none changes a page"
                + " that is being written";
    }

    @Override
    public String breakingSchedule() {
        return """
                user of the pin                    | writeback (STORE_THEN_MARK)
                pins the page: entry writable      |
                                                   | locks the page
                                                   | makes the entry read-only and clean
                                                   | clears the dirty mark; the agreement ends
                                                   | writes the page to disk
                stores through the pin             |
                marks the page dirty               |
                the filesystem meets a dirty page that nobody asked it about""";
    }

    @Override
    public List<String> notModelled() {
        return List.of(
                "a filesystem that does not wait for stable pages: there even an ordinary store may change a page that is being"
                        + " written, which nobody forbids (missed)",
                "a second writeback before the pin's user marks the page (missed: nothing new for the first store)",
                "what the RFC does for writeback that must not skip a page, beside the copy of BOUNCE_PINNED (missed)",
                "truncation in between: that is StripBuffersVsSetDirty and LongtermPinVsTruncate (missed)",
                "a source page that faults while the folio is locked: the locked proposals can then deadlock with one page (missed)",
                "two pages of one writeback batch (missed deadlocks with the locked proposals)");
    }

    @Override
    public List<String> actors() {
        return List.of("user of the pin", "writeback");
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

    /** Who acts against the user of the pin. */
    private enum Opponent {
        WRITEBACK,
        /** Another user of pins on the same two pages, in the opposite order. */
        WRITER
    }

    /** Every fix, the present state first. */
    enum Fix implements Candidate {
        STORE_ONLY(
                Origin.history(
                        "<= 6.4",
                        "-",
                        "file-i.unlocked, file-a.none",
                        "the user of a long-term pin stores and leaves it at that"),
                GupWrite.LONGTERM,
                SC),
        STORE_THEN_MARK(
                Origin.mainline(
                        "all",
                        "-",
                        "file-i.today",
                        "a short-term pin: the page is marked dirty after the store, under the folio lock; broken, and known to be"),
                GupWrite.MAINLINE,
                SC),
        REFUSE_LONGTERM(
                Origin.mainline(
                        ">= 6.5",
                        "8ac268436e6d",
                        "file-a.v9",
                        "a long-term pin for writing is refused: the program stores through its own mapping"),
                GupWrite.LONGTERM,
                NEVER) {
            @Override
            Admission admission() {
                return Admission.V6_10;
            }
        },
        LOCKED_STORE(
                Origin.proposal("file-i.I1-naive", "the folio is locked across store and mark, after it was pinned"),
                GupWrite.MAINLINE.with(Step.LOCK_FOLIO),
                SC),
        LOCKED_STORE_RECHECK(
                Origin.proposal(
                        "file-i.I1a", "as LOCKED_STORE, and with the lock held the entry must still be writable"),
                GupWrite.MAINLINE.with(Step.LOCK_FOLIO).with(Step.RECHECK_PTE),
                NEVER),
        PAGE_MKWRITE_LOCKED_STORE(
                Origin.proposal(
                        "file-i.I1b",
                        "Jason Gunthorpe's sketch of April 2023: page_mkwrite is called for the store, and the lock that it returns is kept"
                                + " until the page is marked"),
                Steps.of(Step.PAGE_MKWRITE, Step.MARK_DIRTY),
                NEVER),
        LOCK_TWO_FOLIOS(
                Origin.proposal("file-i.I1-multi", "two pages are locked in the order in which the buffer has them"),
                Steps.of(),
                SC),
        STORE_UNDER_PTL(
                Origin.proposal(
                        "file-i.I2",
                        "Jason Gunthorpe's other sketch: the page is stored to and marked under the page-table lock, if the entry is writable"),
                GupWrite.MAINLINE.with(Step.HOLD_PTL).with(Step.RECHECK_PTE),
                NEVER),
        STORE_UNDER_PTL_TWO_MAPPINGS(
                Origin.proposal(
                        "file-i.I2-two-maps",
                        "as STORE_UNDER_PTL, with a second mapping, whose lock is not held (Lorenzo Stoakes' objection); it is cleaned first"),
                GupWrite.MAINLINE.with(Step.HOLD_PTL).with(Step.RECHECK_PTE),
                NEVER),
        STORE_UNDER_PTL_OWN_MAPPING_FIRST(
                Origin.proposal(
                        "file-i.I2-two-maps", "as STORE_UNDER_PTL_TWO_MAPPINGS, but the own mapping is cleaned first"),
                GupWrite.MAINLINE.with(Step.HOLD_PTL).with(Step.RECHECK_PTE),
                NEVER),
        SKIP_PINNED(
                Origin.proposal(
                        "file-a.rfc-skip after",
                        "Jan Kara's RFC of February 2023: writeback that only cleans memory leaves a pinned page dirty; it looks for pins"
                                + " once the entries are clean"),
                Writeback.MAINLINE,
                CleanFolio.MAINLINE.with(CleanFolio.Step.KEEP_PINNED_DIRTY),
                MarkDirty.UNPIN,
                NEVER),
        SKIP_PINNED_BEFORE_MKCLEAN(
                Origin.mutant(
                        "file-a.rfc-skip before", "as SKIP_PINNED, but it looks for pins before it cleans the entries"),
                Steps.of(Writeback.Step.SKIP_PINNED),
                CleanFolio.MAINLINE,
                MarkDirty.UNPIN,
                SC),
        BOUNCE_PINNED(
                Origin.proposal(
                        "file-a.rfc-bounce",
                        "the same RFC, for writeback that must not skip: a pinned page is written from a copy, so that the disk sees it"
                                + " unchanged"),
                Steps.of(Writeback.Step.BOUNCE_PINNED),
                CleanFolio.MAINLINE,
                MarkDirty.UNPIN,
                SC),
        MARK_NOTIFIES(
                Origin.proposal(
                        "file-a.simfault",
                        "Jan Kara 2018: marking the page dirty asks the filesystem first, as a write fault would"),
                Writeback.MAINLINE,
                CleanFolio.MAINLINE,
                MarkDirty.UNPIN.with(MarkDirty.Step.NOTIFY),
                SC),
        KEEP_PINNED_MAPPED(
                Origin.proposal(
                        "file-a.keepmapped", "Jan Kara 2018: writeback leaves the entry of a pinned page writable"),
                Writeback.MAINLINE,
                CleanFolio.MAINLINE.with(CleanFolio.Step.KEEP_PINNED_MAPPED),
                MarkDirty.UNPIN,
                NEVER);

        private final Origin origin;
        private final Steps<Step> write;
        private final Steps<Writeback.Step> writeback;
        private final Steps<CleanFolio.Step> clean;
        private final Steps<MarkDirty.Step> mark;
        private final Reachability reachableFrom;

        Fix(
                Origin origin,
                Steps<Step> write,
                Steps<Writeback.Step> writeback,
                Steps<CleanFolio.Step> clean,
                Steps<MarkDirty.Step> mark,
                Reachability reachableFrom) {
            this.origin = origin;
            this.write = write;
            this.writeback = writeback;
            this.clean = clean;
            this.mark = mark;
            this.reachableFrom = reachableFrom;
        }

        /** A store of another kind, against the present writeback. Who holds a lock across the store marks without it. */
        Fix(Origin origin, Steps<Step> write, Reachability reachableFrom) {
            this(origin, write, Writeback.MAINLINE, CleanFolio.MAINLINE, marking(write), reachableFrom);
        }

        /** Another writeback, against the present store. */
        Fix(
                Origin origin,
                Steps<Writeback.Step> writeback,
                Steps<CleanFolio.Step> clean,
                Steps<MarkDirty.Step> mark,
                Reachability reachableFrom) {
            this(origin, GupWrite.MAINLINE, writeback, clean, mark, reachableFrom);
        }

        private static Steps<MarkDirty.Step> marking(Steps<Step> write) {
            boolean locked = write.has(Step.LOCK_FOLIO) || write.has(Step.HOLD_PTL) || write.has(Step.PAGE_MKWRITE);
            return locked ? MarkDirty.UNLOCKED : MarkDirty.UNPIN;
        }

        /** Short-term pins are refused nowhere. */
        Admission admission() {
            return Admission.NONE;
        }

        private Opponent opponent() {
            return this == LOCK_TWO_FOLIOS ? Opponent.WRITER : Opponent.WRITEBACK;
        }

        private boolean mappedTwice() {
            return this == STORE_UNDER_PTL_TWO_MAPPINGS || this == STORE_UNDER_PTL_OWN_MAPPING_FIRST;
        }

        @Override
        public Reachability reachableFrom(Place at) {
            return reachableFrom;
        }

        @Override
        public Fix control(Place at) {
            return switch (this) {
                case REFUSE_LONGTERM -> STORE_ONLY;
                case SKIP_PINNED -> SKIP_PINNED_BEFORE_MKCLEAN;
                case KEEP_PINNED_MAPPED -> STORE_THEN_MARK;
                default -> LOCKED_STORE;
            };
        }

        @Override
        public boolean isPlanned(Place at) {
            return at.is(On.X86) && !mappedTwice(); // the second mapping is only in writeback's way
        }

        @Override
        public boolean deadlocks() {
            return this == LOCK_TWO_FOLIOS;
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            return opponent() == Opponent.WRITER ? List.of() : List.of(write, writeback, clean, STABLE);
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

    /** Two dirty pages, mapped writable once or twice: that of the file, and the other of the buffer. */
    private static final class State implements Scenario<GupWrite.Written, Object> {
        private static final long ON_DISK = 0;
        private static final long BEFORE = 1;
        private static final long STORED = 2;
        private static final int CPU = 0;

        private final Fix fix;
        private final Folio folio;
        private final Folio second;
        private final DiskFile file;
        private final GupWrite write;
        private final FileStore store;
        private final Writeback writeback;

        State(Machine machine, Place at, Changes changes, Fix fix) {
            this.fix = fix;
            int mappings = fix.mappedTwice() ? 2 : 1;
            Platform platform = at.the(On.class).platform();
            Folio.Initially dirty =
                    new Folio.Initially(1 + mappings, mappings, Folio.UPTODATE | Folio.DIRTY, Folio.FILE, BEFORE);
            folio = new Folio(machine, "folio", 1, false, dirty);
            second = new Folio(machine, "folio2", 2, false, dirty);
            MemMap memMap = new MemMap(machine, List.of(folio, second));
            file = new DiskFile(machine, folio, ON_DISK, true);
            Mm mm = mm(machine, "mm", platform);
            SharedWriteFault fault = changes.replace(
                    new SharedWriteFault(machine, mm, memMap, file, changes.keep(SharedWriteFault.MAINLINE)));
            write = changes.replace(new GupWrite(
                    mm,
                    file,
                    changes.replace(new GupFast(machine, mm, memMap, GupFast.V6_5, fix.admission())),
                    fix.admission(),
                    fault,
                    changes.replace(new MarkDirty(machine, file, fix.mark)),
                    changes.keep(fix.write)));
            store = new FileStore(mm, memMap, fault);
            writeback = changes.replace(new Writeback(
                    file,
                    changes.replace(new CleanFolio(
                            machine, file, mappings(machine, mm, platform), platform, changes.keep(fix.clean))),
                    changes.keep(fix.writeback)));
        }

        private List<Mm> mappings(Machine machine, Mm mm, Platform platform) {
            return switch (fix) {
                case STORE_UNDER_PTL_TWO_MAPPINGS -> List.of(mm(machine, "mm2", platform), mm);
                case STORE_UNDER_PTL_OWN_MAPPING_FIRST -> List.of(mm, mm(machine, "mm2", platform));
                default -> List.of(mm);
            };
        }

        private Mm mm(Machine machine, String name, Platform platform) {
            long entry = Pte.present(1, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED);
            Translation translation = fix == Fix.REFUSE_LONGTERM ? new Translation(machine, entry) : null;
            PageTable table = new PageTable(machine, name, entry, Pte.present(2, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
            return new Mm(machine, name, table, new Tlb(machine, platform.flush(), 1, translation), true);
        }

        @Override
        public GupWrite.Written first() {
            if (fix.opponent() == Opponent.WRITER) {
                return write.writeBoth(folio, second, STORED);
            }
            GupWrite.Written written = write.write(CPU, folio, second, STORED);
            return written.stored() || fix.admission() == Admission.NONE ? written : storeThroughMapping();
        }

        private GupWrite.Written storeThroughMapping() {
            boolean busy = folio.test(Folio.LOCKED | Folio.WRITEBACK);
            return new GupWrite.Written(store.store(STORED) != FileStore.FAILED, false, false, busy);
        }

        @Override
        public Object second() {
            return fix.opponent() == Opponent.WRITER ? write.writeBoth(second, folio, STORED) : writeback.write(folio);
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
