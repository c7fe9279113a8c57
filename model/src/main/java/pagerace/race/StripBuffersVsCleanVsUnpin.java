// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Dimensions.Reference.GET;
import static pagerace.race.Dimensions.Reference.PIN;
import static pagerace.race.Reachability.SEQUENTIAL;
import static pagerace.race.Reachability.TSO;
import static pagerace.race.Row.history;
import static pagerace.race.Row.mainline;
import static pagerace.race.Row.proposal;
import static pagerace.race.StripBuffersVsCleanVsUnpin.Marking.LOCK;
import static pagerace.race.StripBuffersVsCleanVsUnpin.Marking.LOOK_FIRST;

import java.util.List;
import pagerace.machine.Machine;
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
import pagerace.mm.op.Evict;
import pagerace.mm.op.Freeze;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.Linux;
import pagerace.mm.op.MarkDirty;
import pagerace.mm.op.ReclaimFile;
import pagerace.mm.op.StripBuffers;
import pagerace.mm.op.WritePages;
import pagerace.mm.op.Writeback;
import pagerace.race.Dimensions.On;
import pagerace.race.Dimensions.Reference;

/**
 * Writeback cleans a dirty page of a file, reclaim takes its buffers, and the user of a pin stores to it and marks it dirty: all
 * three actors of the schedule that {@link StripBuffersVsSetDirty} asks about with two.
 */
@Race.Head(
        question =
                "Can reclaim strip the buffers off a page that writeback has just cleaned, while a device still stores to it"
                        + " through a pin, so that the page becomes dirty again without buffers?",
        anchor =
                "shrink_folio_list and try_to_free_buffers, write_cache_pages and folio_clear_dirty_for_io, set_page_dirty_lock and"
                        + " unpin_user_pages_dirty_lock; Jan Kara, \"get_user_pages and filesystems\", January 2018; cc5095747edf"
                        + " (ext4 warns), d824ec2a1546 (pinned pages keep their buffers)",
        references = {
            "20180103100430.GE4911@quack2.suse.cz: Jan Kara, 3 January 2018: direct I/O into a mapped file, writeback, reclaim, and the mark that comes last",
            "20230209121046.25360-1-jack@suse.cz: Jan Kara, 9 February 2023: reclaim keeps the private data of pinned pages (merged in 6.4); writeback that only cleans memory skips them; stable pages are bounced"
        },
        invariant =
                "writeback never meets a dirty page without buffers that it cannot mend, and what the device stored reaches the disk",
        actors = {"reclaim", "writeback", "user of the pin"},
        breakingSchedule = """
                reclaim (WARN_WITHOUT_BUFFERS)        | writeback                  | user of the pin
                                                      | locks the dirty folio      |
                                                      | write-protects the entry   |
                                                      | clears the mark, writes    |
                locks the folio: it is clean          |                            |
                unmaps it                             |                            |
                frees its buffers, which are clean    |                            |
                cannot free it: it is pinned          |                            |
                                                      |                            | the device stores
                                                      |                            | marks the page dirty
                                                      |                            | drops the pin
                the next writeback meets a dirty page without buffers, and does not write it""",
        notModelled = {
            "how the pin was taken: it is there before everything else, through a writable entry (missed: see"
                    + " StripBuffersVsSetDirty)",
            "what the filesystem thinks of a page that is stored to after it was cleaned, as long as the page has buffers"
                    + " (missed: see GupWriteVsWriteback)",
            "writeback that ends after reclaim has looked for it, in a reclaim that waits, as that of a legacy memory cgroup"
                    + " does (missed)",
            "what lies between the cleared mark and the device's read, and between the device's store and the CPU that marks"
                    + " (false alarms, with a mark that looks first: see UnpinDirtyVsClean)",
            "pages that reclaim writes itself, as kswapd did (missed)",
            "a worker that finds no space for what it is to reserve: then the store is lost with an error (missed, for FIX_UP)",
            "references that hold single buffers, and the one that buffers hold on their page (missed)"
        })
public final class StripBuffersVsCleanVsUnpin extends CatalogueRace {
    /** The race. */
    public StripBuffersVsCleanVsUnpin() {
        super(End.values(), Fix.values(), List.of(Reference.values()), List.of(Marking.values()));
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("reclaim found the page dirty, and left it to writeback")
        KEPT_DIRTY,
        @Permitted("reclaim unmapped the page, found the pin, and left the buffers alone")
        KEPT_FOR_PIN,
        @Permitted("the page was clean and on disk when reclaim took it; nobody needed it any more")
        RECLAIMED,
        @Permitted("reclaim took the buffers and had to keep the page, which stayed clean")
        STRIPPED_CLEAN,
        @Permitted("the buffers were gone when the page was marked dirty; writeback had the filesystem asked belatedly")
        FIXED_UP,
        @Permitted(
                "the buffers were gone; the user of the pin asked the filesystem, which attached new ones before the mark")
        NEW_BUFFERS_FOR_USER,
        @Window("reclaim found the folio locked by one of the others, and left it alone")
        LOCK_BUSY,
        @Window("reclaim came while the page was being written, and left it alone")
        MET_WRITEBACK,
        @Window("the device stored while the page was being written; it was marked dirty, and written again")
        CHANGED_UNDER_WRITEBACK,
        @Forbidden("the buffers were gone when the page was marked dirty, and writeback takes them for granted")
        DIRTY_WITHOUT_BUFFERS,
        @Forbidden("writeback met a dirty page without buffers, and crashed")
        PANIC,
        @Forbidden(
                "writeback met a dirty page without buffers, warned, and cleaned it without writing it: the store is lost")
        STORE_SKIPPED,
        @Forbidden("the page is clean, or free, and what the device stored is not on disk")
        STORE_LOST
    }

    /** How the user of the pin marks the page dirty. */
    @Dimension.Called("marking")
    enum Marking implements Dimension {
        @Means("set_page_dirty_lock: under the folio lock")
        LOCK,
        @Means("unpin_user_pages_dirty_lock: the same, but a page that looks dirty is left alone")
        LOOK_FIRST
    }

    /** Mainline with ext4. */
    private static final Kernel EXT4 = PRESENT.with(WritePages.Step.WARN_AND_SKIP);

    /** The last release before reclaim looked for pins, with ext4. */
    private static final Kernel EXT4_BEFORE = Linux.V6_2.with(WritePages.Step.WARN_AND_SKIP);

    /** Every fix, the oldest first; the filesystem that lives with it before mainline. */
    enum Fix implements Listed {
        CANCEL_INSIDE_LOCK(stripped(
                        history(
                                "2.6.20 .. 6.3",
                                "87df7241bd54",
                                Linux.V6_2,
                                "reclaim frees the buffers of a clean page, pinned or not; writeback takes buffers for granted"))
                .in(PIN)
                .in(LOCK)),
        PANIC_WITHOUT_BUFFERS(stripped(history(
                        "2.6.37 .. 5.17, ext4",
                        "-",
                        Linux.V5_14.with(WritePages.Step.PANIC),
                        "as CANCEL_INSIDE_LOCK, and writeback crashes where it misses buffers"))
                .in(PIN, LOCK)),
        WARN_WITHOUT_BUFFERS(stripped(
                        history(
                                "5.18 .. 6.3, ext4",
                                "cc5095747edf",
                                EXT4_BEFORE,
                                "as CANCEL_INSIDE_LOCK, and writeback warns where it misses buffers, cleans the page and skips it"))
                .in(PIN)
                .in(LOCK)),
        FIX_UP(mainline(
                        ">= 2.6.29, btrfs",
                        "247e743cbe6e",
                        Linux.V6_2.with(WritePages.Step.FIX_UP), // the look for pins of 6.4 is KEEP_PINNED's question
                        "as CANCEL_INSIDE_LOCK, and writeback leaves a page that was dirtied behind its back to a worker, which"
                                + " reserves belatedly")
                .in(LOCK)
                .onThreads()),
        KEEP_PINNED(mainline(
                        ">= 6.4, ext4",
                        "d824ec2a1546",
                        EXT4,
                        "as WARN_WITHOUT_BUFFERS, and reclaim keeps a page that may be pinned, buffers and all")
                .in(PIN)
                .in(LOCK)
                .breaks(TSO, LOOK_FIRST)
                .breaks(SEQUENTIAL, GET)
                .onThreads()),
        KEEP_PINNED_LOOK_AFTER_FENCE(proposal(
                        EXT4.with(MarkDirty.Step.FENCE_BEFORE_PRECHECK),
                        "as KEEP_PINNED, and a full fence precedes the look whether the page is dirty already")
                .in(PIN, LOOK_FIRST)
                .onThreads()),
        SKIP_PINNED_IN_WRITEBACK(proposal(
                        EXT4_BEFORE.with(CleanFolio.Step.KEEP_PINNED_DIRTY),
                        "as WARN_WITHOUT_BUFFERS, but all writeback leaves a page dirty that may be pinned: this part of the RFC"
                                + " alone, which posted it for writeback that only cleans memory")
                .in(LOCK)
                .breaks(SEQUENTIAL, GET)
                .onThreads()),
        BOUNCE_PINNED(stripped(proposal(
                        EXT4_BEFORE.with(Writeback.Step.BOUNCE_PINNED),
                        "as WARN_WITHOUT_BUFFERS, but writeback writes a page that may be pinned from a copy, and cleans it: this"
                                + " part of the RFC alone, which meant it for stable pages"))
                .in(PIN, LOCK)),
        NOTIFY(proposal(
                        EXT4_BEFORE.with(MarkDirty.Step.NOTIFY),
                        "as WARN_WITHOUT_BUFFERS, but set_page_dirty_lock asks the filesystem first, as a write fault does")
                .in(LOCK)
                .onThreads());

        private final Row row;

        Fix(Row row) {
            this.row = row;
        }

        /** Cleaned, stripped and dirtied, one whole actor after the other. */
        private static Row stripped(Row row) {
            return row.breaks(SEQUENTIAL).onThreads();
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public Fix usualControl(Place at) {
            return at.is(LOOK_FIRST) ? KEEP_PINNED : WARN_WITHOUT_BUFFERS;
        }

        @Override
        public Kernel kernel(Place at) {
            Kernel kernel = row.kernel().with(ReclaimFile.Step.KEEP_WRITEBACK).with(MarkDirty.Step.LOCK_FOLIO);
            return at.is(LOOK_FIRST) ? kernel.with(MarkDirty.Step.PRECHECK) : kernel;
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            Kernel kernel = kernel(at);
            return List.of(
                    kernel.steps(ReclaimFile.Step.class),
                    kernel.steps(StripBuffers.Step.class),
                    kernel.steps(CleanFolio.Step.class),
                    kernel.steps(MarkDirty.Step.class));
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new State(machine, at, kernel);
        }
    }

    /** A page of a file: dirty, with dirty buffers, mapped writable once, pinned, found by writeback, and isolated by reclaim. */
    private static final class State implements Scenario.OfThree<ReclaimFile.End, Writeback.End, MarkDirty.End> {
        private static final long ON_DISK = 1;
        private static final long WRITTEN = 2;
        private static final long STORED = 3;

        private final int flags;
        private final Folio folio;
        private final DiskFile file;
        private final ReclaimFile reclaim;
        private final Writeback writeback;
        private final MarkDirty markDirty;
        private final GupFast gupFast;
        private final WritePages flusher;

        State(Machine machine, Place at, Kernel kernel) {
            Reference reference = at.the(Reference.class);
            flags = GupFast.FOLL_WRITE | reference.flag();
            Scene scene = new Scene(machine, On.X86_BATCHED.platform());
            folio = scene.file("folio")
                    .mapped()
                    .held(2) // by reclaim and by writeback
                    .held(reference == Reference.PIN ? Folio.PIN_BIAS : 1) // by the device
                    .with(Folio.DIRTY)
                    .holding(WRITTEN);
            Mm mm = scene.mm("mm")
                    .walkers(3)
                    .hasPinned(true)
                    .mapping(Pte.present(folio.pfn, Pte.ACCESSED | Pte.WRITE | Pte.DIRTY));
            file = new DiskFile(
                    machine,
                    new Inode(machine, Folio.FILE, folio),
                    ON_DISK,
                    true,
                    null,
                    new Buffers(machine, Buffers.ATTACHED | Buffers.DIRTY));
            CleanFolio clean = kernel.replace(new CleanFolio(kernel, file, List.of(mm)));
            reclaim = kernel.replace(new ReclaimFile(
                    kernel,
                    mm,
                    file,
                    kernel.replace(new Evict(
                            file,
                            kernel.replace(new StripBuffers(kernel, file, clean)),
                            kernel.replace(new Freeze(kernel))))));
            writeback = kernel.replace(new Writeback(kernel, file, clean));
            markDirty = kernel.replace(new MarkDirty(kernel, file));
            gupFast = kernel.replace(new GupFast(kernel, mm));
            flusher = kernel.replace(new WritePages(kernel, file, writeback));
        }

        @Override
        public ReclaimFile.End first() {
            return reclaim.shrink(folio);
        }

        /** Nothing is cleaned before this, and only a clean page is stripped: so it never misses buffers. */
        @Override
        public Writeback.End second() {
            Writeback.End end = writeback.write(folio);
            folio.put();
            return end;
        }

        @Override
        public MarkDirty.End third() {
            folio.data.writeOnce(STORED);
            MarkDirty.End end = markDirty.mark(folio);
            gupFast.release(new GupFast.Grab(GupFast.End.PINNED, folio.pfn), flags);
            return end;
        }

        @Override
        public Outcome judge(ReclaimFile.End reclaimed, Writeback.End written, MarkDirty.End marked) {
            if (reclaimed == ReclaimFile.End.RECLAIMED) {
                return file.disk.readOnce() == STORED ? End.RECLAIMED : End.STORE_LOST;
            }
            WritePages.End last = flusher.write(folio);
            return switch (last) {
                case NO_BUFFERS -> End.DIRTY_WITHOUT_BUFFERS;
                case PANICKED -> End.PANIC;
                case SKIPPED -> End.STORE_SKIPPED;
                case FIXED_UP, WRITTEN_WITH_NEW_BUFFERS, WRITTEN, NOTHING_TO_DO ->
                    file.disk.readOnce() == STORED ? onDisk(reclaimed, written, last) : End.STORE_LOST;
            };
        }

        /** Nothing was lost. */
        private static End onDisk(ReclaimFile.End reclaimed, Writeback.End written, WritePages.End last) {
            if (last == WritePages.End.FIXED_UP) {
                return End.FIXED_UP;
            }
            if (written == Writeback.End.WRITTEN_UNSTABLE) {
                return End.CHANGED_UNDER_WRITEBACK;
            }
            return switch (reclaimed) {
                case KEPT_LOCKED -> End.LOCK_BUSY;
                case KEPT_WRITEBACK -> End.MET_WRITEBACK;
                case KEPT_PINNED -> End.KEPT_FOR_PIN;
                case KEPT_DIRTY, KEPT_BUFFERS, RECLAIMED -> End.KEPT_DIRTY; // only the first of them comes here
                case STRIPPED -> last == WritePages.End.WRITTEN ? End.NEW_BUFFERS_FOR_USER : End.STRIPPED_CLEAN;
            };
        }
    }
}
