// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static java.util.Objects.requireNonNull;
import static pagerace.race.Dimensions.On.ARM64_BATCHED;
import static pagerace.race.Dimensions.On.X86_BATCHED;
import static pagerace.race.Dimensions.Reference.GET;
import static pagerace.race.Dimensions.Reference.PIN;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.SEQUENTIAL;
import static pagerace.race.Reachability.TSO;
import static pagerace.race.Reachability.WEAK;
import static pagerace.race.Row.history;
import static pagerace.race.Row.mainline;
import static pagerace.race.Row.mutant;
import static pagerace.race.Row.proposal;
import static pagerace.race.StripBuffersVsSetDirty.Dirtying.LOCKED;
import static pagerace.race.StripBuffersVsSetDirty.Dirtying.UNLOCKED;
import static pagerace.race.StripBuffersVsSetDirty.Opponent.RECLAIM;
import static pagerace.race.StripBuffersVsSetDirty.Opponent.TRUNCATION;
import static pagerace.race.StripBuffersVsSetDirty.Taken.EARLIER;
import static pagerace.race.StripBuffersVsSetDirty.Taken.MEANWHILE;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.mm.Buffers;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Inode;
import pagerace.mm.Kernel;
import pagerace.mm.KernelFormat;
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
import pagerace.mm.op.TruncateFolio;
import pagerace.mm.op.UnmapMapping;
import pagerace.mm.op.WritePages;
import pagerace.mm.op.Writeback;
import pagerace.mm.op.Zap;
import pagerace.race.Dimensions.On;
import pagerace.race.Dimensions.Reference;

/** Reclaim takes the buffers off a clean page of a file, while somebody who holds a reference stores to it and marks it dirty. */
@Race.Head(
        question =
                "Can reclaim strip the buffers off a page which the holder of a reference then marks dirty, so that writeback"
                        + " meets a dirty page that its filesystem knows nothing of?",
        anchor =
                "shrink_folio_list, try_to_free_buffers against block_dirty_folio, set_page_dirty_lock; Jan Kara, \"get_user_pages"
                        + " and filesystems\", January 2018; 46d2277c796f, ecdfc9787fe5, 87df7241bd54 (2.6.20), cc5095747edf (ext4 warns),"
                        + " d824ec2a1546 (pinned pages keep their buffers)",
        references = {
            "20180103100430.GE4911@quack2.suse.cz: Jan Kara, 3 January 2018: reclaim strips the buffers of a page that direct I/O fills",
            "459C98BF.5080409@yahoo.com.au: Nick Piggin, Linus Torvalds and Andrew Morton, 4 January 2007: try_to_free_buffers against a racing mark",
            "YiDS9wVfq4mM2jGK@mit.edu: Theodore Ts'o, March 2022, cc5095747edf; process_vm_writev triggers the warning reliably",
            "CVE-2022-49171: ext4's BUG on a dirty page without buffers, which cc5095747edf made a warning"
        },
        invariant =
                "writeback never meets a dirty page without buffers that it cannot mend, and what was stored reaches the disk;"
                        + " the page cache tags no page as dirty that has left the file, and no freed buffer is marked dirty",
        actors = {"reclaim or truncation", "dirtier"},
        breakingSchedule = """
                reclaim (CANCEL_INSIDE_LOCK)          | dirtier, who holds a reference
                locks the folio: it is clean          |
                unmaps it                             |
                frees its buffers, which are clean    |
                cannot free it: a reference too many  |
                unlocks the folio                     |
                                                      | stores to the page
                                                      | locks the folio: the lock is free
                                                      | marks it dirty, and no buffers
                writeback meets a dirty page without buffers, under the folio lock as well""",
        notModelled = {
            "writeback as a third actor: the page was written, and its entry made read-only, before the race; see"
                    + " StripBuffersVsCleanVsUnpin",
            "what a writable entry says of its page: where a write fault asks the filesystem, a page with a writable entry"
                    + " is dirty, and reclaim keeps it for that alone; here both are clean (false alarms for references"
                    + " taken in the race)",
            "references that hold single buffers, and the one that buffers hold on their page (missed)",
            "1024 ordinary references, which look like a pin (missed: pages kept without need)",
            "pages that reclaim writes itself, as direct reclaim did before 3.2 and kswapd long after (missed)"
        })
public final class StripBuffersVsSetDirty extends CatalogueRace {
    /** The race. */
    public StripBuffersVsSetDirty() {
        super(
                End.values(),
                Fix.values(),
                List.of(Reference.values()),
                List.of(Taken.values()),
                List.of(Dirtying.values()),
                List.of(Opponent.values()),
                List.of(On.values()));
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("reclaim unmapped the page, found the pin, and left the buffers alone")
        KEPT_FOR_PIN,
        @Permitted("the page was marked dirty before reclaim looked, and left to writeback")
        KEPT_DIRTY,
        @Permitted("reclaim had unmapped or freed the page before GUP-fast came")
        PIN_TOO_LATE,
        @Permitted("the buffers were gone when the page was marked dirty; writeback made new ones")
        NEW_BUFFERS_FOR_WRITEBACK,
        @Permitted("the buffers were gone when the page was marked dirty; writeback had the filesystem asked belatedly")
        FIXED_UP,
        @Permitted("the buffers were gone; the dirtier asked the filesystem, which attached new ones before the mark")
        NEW_BUFFERS_FOR_DIRTIER,
        @Permitted("truncation forgot what had been stored; no tag is left")
        FORGOTTEN,
        @Permitted("the page had left the file already: nothing but the page itself was marked")
        MARKED_OUTSIDE_FILE,
        @Permitted("reclaim found the folio locked by the dirtier, and left it alone")
        LOCK_BUSY,
        @Window("reclaim saw a clean page, but when it came to the buffers they had been marked dirty: they stay")
        STRIP_REFUSED,
        @Window("GUP-fast pinned the page while reclaim unmapped it; reclaim saw the pin, and left the buffers alone")
        KEPT_FOR_NEW_PIN,
        @Window("GUP-fast took its reference, saw that reclaim had changed the entry, and gave it back")
        PIN_UNDONE,
        @Window(
                "the dirtier saw the page in the file, but with the page cache's lock in hand it saw that it had left: no tag")
        LEFT_FILE_MEANWHILE,
        @Forbidden("the buffers were gone when the page was marked dirty, and writeback takes them for granted")
        DIRTY_WITHOUT_BUFFERS,
        @Forbidden("writeback met a dirty page without buffers, and crashed")
        PANIC,
        @Forbidden(
                "writeback met a dirty page without buffers, warned, and cleaned it without writing it: the store is lost")
        STORE_SKIPPED,
        @Forbidden("the page was marked dirty, and the mark cancelled by whoever freed the buffers: the store is lost")
        STORE_LOST,
        @Forbidden("the page cache has a dirty tag for a page that had left the file")
        TAG_WITHOUT_PAGE,
        @Forbidden("the buffers were freed although they had just been marked dirty, or marked although just freed")
        FREED_BUFFER_DIRTY
    }

    /** When the dirtier's reference is taken. */
    @Dimension.Called("taken")
    enum Taken implements Dimension {
        @Means(
                "the reference is older than the page's last writeback: the entry is read-only, the filesystem thinks that the"
                        + " page stays clean")
        EARLIER,
        @Means("GUP-fast takes the reference in the race, through a writable entry")
        MEANWHILE
    }

    /** How the page is marked dirty. */
    @Dimension.Called("dirtying")
    enum Dirtying implements Dimension {
        @Means("set_page_dirty, with no folio lock")
        UNLOCKED,
        @Means("set_page_dirty_lock, under the folio lock")
        LOCKED
    }

    /** Who frees the buffers. */
    @Dimension.Called("opponent")
    enum Opponent implements Dimension {
        @Means("reclaim, which wants to free the page")
        RECLAIM,
        @Means("truncation, which removes the page from the file")
        TRUNCATION
    }

    /** The kernel of KEEP_PINNED: mainline with ext4. */
    private static final Kernel EXT4 = PRESENT.with(WritePages.Step.WARN_AND_SKIP);

    /** Every fix, the oldest first; the filesystems that live with it before mainline. */
    enum Fix implements Listed {
        CANCEL_AFTER_LOCK(lockless(plain(history(
                "2.6.19",
                "d08b3851da41",
                Linux.V2_6_19.with(WritePages.Step.RECREATE),
                "whoever frees the buffers cancels the page's mark afterwards, and write-protects it; writeback makes"
                        + " new buffers where it misses them")))),
        REFUSE_DIRTY(mended(history(
                "2.6.20-rc",
                "46d2277c796f",
                Linux.V2_6_20
                        .without(StripBuffers.Step.CANCEL_INSIDE)
                        .with(StripBuffers.Step.REFUSE_DIRTY, WritePages.Step.RECREATE),
                "the buffers of a dirty page are not freed, and no mark is cancelled; writeback makes new buffers where"
                        + " it misses them"))),
        CANCEL_AFTER_LOCK_AGAIN(lockless(plain(history(
                        "2.6.20-rc",
                        "ecdfc9787fe5",
                        Linux.V2_6_20
                                .with(StripBuffers.Step.class, Linux.V2_6_19)
                                .with(WritePages.Step.RECREATE),
                        "as CANCEL_AFTER_LOCK, but cancelling the mark leaves the entries alone")))
                .offThreads()),
        CANCEL_INSIDE_LOCK(stripped(everywhere(history(
                        "2.6.20 .. 6.3",
                        "87df7241bd54",
                        Linux.V6_2,
                        "the mark is cancelled under the lock under which page and buffers are marked; writeback takes buffers"
                                + " for granted")))
                .onThreads(GET, EARLIER)
                .onThreads(PIN, LOCKED, X86_BATCHED)),
        RECREATE_BUFFERS(mended(history(
                "2.6.27 .. 2.6.36, ext4",
                "f0e6c98593eb",
                Linux.V2_6_27.with(WritePages.Step.RECREATE),
                "as CANCEL_INSIDE_LOCK, and writeback makes new buffers where it misses them"))),
        FIX_UP(mended(mainline(
                ">= 2.6.29, btrfs",
                "247e743cbe6e",
                Linux.V6_2.with(WritePages.Step.FIX_UP), // the look for pins of 6.4 is KEEP_PINNED's question
                "as CANCEL_INSIDE_LOCK, and writeback leaves a page that was dirtied behind its back to a worker, which"
                        + " reserves belatedly"))),
        PANIC_WITHOUT_BUFFERS(stripped(plain(history(
                        "2.6.37 .. 5.17, ext4",
                        "-",
                        Linux.V5_14.with(WritePages.Step.PANIC),
                        "as CANCEL_INSIDE_LOCK, and writeback crashes where it misses buffers")))
                .onThreads(LOCKED)),
        WARN_WITHOUT_BUFFERS(stripped(
                        everywhere(
                                history(
                                        "5.18 .. 6.3, ext4",
                                        "cc5095747edf",
                                        Linux.V6_2.with(WritePages.Step.WARN_AND_SKIP),
                                        "as CANCEL_INSIDE_LOCK, and writeback warns where it misses buffers, cleans the page and skips it")))
                .onThreads(GET, EARLIER, LOCKED)),
        KEEP_PINNED(stripped(everywhere(mainline(
                        ">= 6.4, ext4",
                        "d824ec2a1546",
                        EXT4,
                        "as WARN_WITHOUT_BUFFERS, and reclaim keeps a page that may be pinned, buffers and all")))
                .in(GET, EARLIER, TRUNCATION, X86_BATCHED)
                .holds(PIN)
                .holds(TRUNCATION)
                .onThreads(PIN, MEANWHILE, LOCKED, X86_BATCHED)
                .onThreads(GET, EARLIER, LOCKED, RECLAIM)
                .onThreads(UNLOCKED, TRUNCATION)),
        REFUSE_DIRTY_TOO(stripped(
                        plain(
                                proposal(
                                        Linux.V6_2.with(StripBuffers.Step.REFUSE_DIRTY),
                                        "as CANCEL_INSIDE_LOCK, and the buffers of a page that is dirty are not freed: the mark comes later")))
                .onThreads(UNLOCKED)),
        // A dirtier that asks the filesystem under the folio lock meets nothing that threads could race for.
        NOTIFY(plain(
                        proposal(
                                Linux.V6_2.with(MarkDirty.Step.NOTIFY),
                                "as CANCEL_INSIDE_LOCK, and set_page_dirty_lock asks the filesystem first, as a write fault does"))
                .notIn(UNLOCKED)),
        DROP_MAPPING_CHECK(lockless(
                        mutant(
                                EXT4.without(MarkDirty.Step.CHECK_MAPPING),
                                "mainline, but the page is tagged without a look, under the page cache's lock, whether it is still in the file"))
                .in(GET, EARLIER, TRUNCATION, X86_BATCHED)),
        DROP_PRIVATE_LOCK(
                lockless(
                        plain(
                                mutant(
                                        Linux.V2_6_27
                                                .with(WritePages.Step.RECREATE)
                                                .without(StripBuffers.Step.LOCK_PRIVATE),
                                        "as RECREATE_BUFFERS, but buffers are looked at and freed without the lock under which they are marked")))),
        LOOK_BEFORE_UNMAP(looking(
                        EXT4.without(ReclaimFile.Step.LOOK_AFTER_UNMAP).with(ReclaimFile.Step.LOOK_BEFORE_UNMAP),
                        "reclaim looks for pins before it unmaps")
                .breaks(SC)
                .onThreads(X86_BATCHED)),
        CLEAR_PLAINLY_LOOK_AT_ONCE(looking(
                        EXT4.without(ReclaimFile.Step.LOOK_AFTER_UNMAP)
                                .with(ReclaimFile.Step.CLEAR_PLAINLY, ReclaimFile.Step.LOOK_WHEN_CLEARED),
                        "reclaim clears the entry by a plain store, and looks for pins before it uncounts the mapping")
                .breaks(TSO)
                .onThreads(X86_BATCHED)),
        CLEAR_PLAINLY(looking(
                EXT4.with(ReclaimFile.Step.CLEAR_PLAINLY),
                "reclaim clears the entry by a plain store; uncounting the mapping is fence enough")),
        RELAXED_UNCOUNT(looking(
                        EXT4.without(ReclaimFile.Step.ORDERED_UNCOUNT),
                        "uncounting the mapping and its reference orders nothing")
                .breaks(WEAK, ARM64_BATCHED));

        private final Row row;

        /** Threads run each variant where its verdict is decided, and each kind of reference in mainline. */
        Fix(Row row) {
            this.row = row;
        }

        /** Where nobody looks at the kind of the reference, and nobody takes one. */
        private static Row plain(Row row) {
            return row.in(GET, EARLIER, RECLAIM, X86_BATCHED);
        }

        /** Reclaim leaves its flushes for the end of the batch; how entries are cleared matters to those who read them. */
        private static Row everywhere(Row row) {
            return row.in(RECLAIM, X86_BATCHED).in(MEANWHILE, RECLAIM, ARM64_BATCHED);
        }

        /** The actor that strips or truncates holds the folio lock: a race for one that marks the page without it. */
        private static Row lockless(Row row) {
            return row.breaks(SC, UNLOCKED).onThreads(UNLOCKED);
        }

        /** Stripped first and dirtied later, which needs no race if the reference was there before. */
        private static Row stripped(Row row) {
            return row.breaks(SEQUENTIAL, EARLIER).breaks(SC, MEANWHILE);
        }

        /** Writeback repairs what was stripped; the buffers' lock must see to the rest. */
        private static Row mended(Row row) {
            return plain(row).control(() -> DROP_PRIVATE_LOCK, UNLOCKED).onThreads(UNLOCKED);
        }

        /** A mutant of mainline's look for pins. */
        private static Row looking(Kernel kernel, String difference) {
            return everywhere(mutant(kernel, "mainline, but " + difference))
                    .notIn(GET)
                    .notIn(EARLIER)
                    .notIn(UNLOCKED);
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public @Nullable Fix usualControl(Place at) {
            if (at.is(TRUNCATION)) {
                return at.is(LOCKED) ? null : DROP_MAPPING_CHECK;
            }
            return at.is(PIN) && at.is(MEANWHILE) && at.is(LOCKED) ? LOOK_BEFORE_UNMAP : CANCEL_INSIDE_LOCK;
        }

        @Override
        public Kernel kernel(Place at) {
            return at.is(LOCKED) ? row.kernel().with(MarkDirty.Step.LOCK_FOLIO) : row.kernel();
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            Kernel kernel = kernel(at);
            Steps<MarkDirty.Step> mark = kernel.steps(MarkDirty.Step.class);
            if (at.is(TRUNCATION)) {
                return List.of(mark);
            }
            Steps<ReclaimFile.Step> reclaim = kernel.steps(ReclaimFile.Step.class);
            Steps<StripBuffers.Step> strip = kernel.steps(StripBuffers.Step.class);
            return at.is(EARLIER)
                    ? List.of(reclaim, strip, mark)
                    : List.of(reclaim, strip, mark, kernel.steps(GupFast.Step.class));
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return at.is(RECLAIM) ? new Reclaiming(machine, at, kernel) : new Truncating(machine, at, kernel);
        }
    }

    /**
     * What became of the dirtier.
     *
     * @param taken how its reference was taken
     * @param marked how the page was marked dirty; null if there was no reference
     */
    private record Dirtied(GupFast.End taken, MarkDirty.@Nullable End marked) {}

    /** A page of a file on disk, clean, with clean buffers, mapped once, and isolated by reclaim. */
    private abstract static class State<A> implements Scenario.OfTwo<A, Dirtied> {
        private static final long WRITTEN = 1;
        private static final long STORED = 2;

        final Folio folio;
        final Buffers buffers;
        final DiskFile file;
        final Mm mm;
        final CleanFolio clean;
        private final boolean earlier;
        private final int flags;
        private final GupFast gupFast;
        private final MarkDirty markDirty;

        State(Machine machine, Place at, Kernel kernel) {
            earlier = at.is(Taken.EARLIER);
            Reference reference = at.the(Reference.class);
            flags = GupFast.FOLL_WRITE | reference.flag();
            long held = earlier ? reference == Reference.PIN ? Folio.PIN_BIAS : 1 : 0;
            Scene scene = new Scene(machine, at.the(On.class).platform());
            folio = scene.file("folio")
                    .mapped()
                    .held() // by reclaim or truncation
                    .held(held) // by the dirtier
                    .holding(WRITTEN);
            mm = scene.mm("mm")
                    .walkers(2)
                    .hasPinned(true)
                    .mapping(Pte.present(folio.pfn, earlier ? Pte.ACCESSED : Pte.ACCESSED | Pte.WRITE));
            buffers = new Buffers(machine, Buffers.ATTACHED);
            file = new DiskFile(
                    machine,
                    new Inode(machine, Folio.FILE, folio),
                    WRITTEN,
                    false,
                    machine.word("page_cache", "dirty-tag", KernelFormat.DIRTY_TAG, 0),
                    buffers);
            clean = kernel.replace(new CleanFolio(kernel, file, List.of(mm)));
            gupFast = kernel.replace(new GupFast(kernel, mm));
            markDirty = kernel.replace(new MarkDirty(kernel, file));
        }

        @Override
        public final Dirtied second() {
            GupFast.Grab grab =
                    earlier ? new GupFast.Grab(GupFast.End.PINNED, folio.pfn) : gupFast.grab(1, mm.entry(0), flags);
            if (!grab.isPinned()) {
                return new Dirtied(grab.end(), null);
            }
            folio.data.writeOnce(STORED);
            MarkDirty.End marked = markDirty.mark(folio);
            gupFast.release(grab, flags);
            return new Dirtied(grab.end(), marked);
        }

        final boolean hasFreedDirtyBuffer() {
            return (buffers.state.readOnce() & (Buffers.ATTACHED | Buffers.DIRTY)) == Buffers.DIRTY;
        }

        final boolean isTagged() {
            return requireNonNull(file.dirtyTag).readOnce() != 0;
        }
    }

    /** Reclaim strips; afterwards the flusher comes by. */
    private static final class Reclaiming extends State<ReclaimFile.End> {
        private final ReclaimFile reclaim;
        private final WritePages writePages;
        private final boolean takenEarlier;

        Reclaiming(Machine machine, Place at, Kernel kernel) {
            super(machine, at, kernel);
            takenEarlier = at.is(Taken.EARLIER);
            reclaim = kernel.replace(new ReclaimFile(
                    kernel,
                    mm,
                    file,
                    kernel.replace(new Evict(
                            file,
                            kernel.replace(new StripBuffers(kernel, file, clean)),
                            kernel.replace(new Freeze(kernel))))));
            writePages =
                    kernel.replace(new WritePages(kernel, file, kernel.replace(new Writeback(kernel, file, clean))));
        }

        @Override
        public ReclaimFile.End first() {
            return reclaim.shrink(folio);
        }

        @Override
        public Outcome judge(ReclaimFile.End reclaimed, Dirtied dirtied) {
            if (dirtied.marked() == null) {
                return dirtied.taken().isUndone() ? End.PIN_UNDONE : End.PIN_TOO_LATE;
            }
            if (hasFreedDirtyBuffer()) {
                return End.FREED_BUFFER_DIRTY;
            }
            WritePages.End written = writePages.write(folio);
            return switch (written) {
                case NO_BUFFERS -> End.DIRTY_WITHOUT_BUFFERS;
                case PANICKED -> End.PANIC;
                case SKIPPED -> End.STORE_SKIPPED;
                case FIXED_UP, WRITTEN_WITH_NEW_BUFFERS, WRITTEN, NOTHING_TO_DO ->
                    file.disk.readOnce() == folio.data.readOnce() ? onDisk(reclaimed, written) : End.STORE_LOST;
            };
        }

        /** Nothing was lost. */
        private End onDisk(ReclaimFile.End reclaimed, WritePages.End written) {
            if (written == WritePages.End.FIXED_UP) {
                return End.FIXED_UP;
            }
            if (written == WritePages.End.WRITTEN_WITH_NEW_BUFFERS) {
                return End.NEW_BUFFERS_FOR_WRITEBACK;
            }
            return switch (reclaimed) {
                case KEPT_LOCKED -> End.LOCK_BUSY;
                case KEPT_PINNED -> takenEarlier ? End.KEPT_FOR_PIN : End.KEPT_FOR_NEW_PIN;
                case KEPT_DIRTY -> End.KEPT_DIRTY;
                case KEPT_BUFFERS -> End.STRIP_REFUSED;
                case STRIPPED -> End.NEW_BUFFERS_FOR_DIRTIER;
                case KEPT_WRITEBACK, RECLAIMED -> End.STORE_LOST; // nobody writes it here; freed under a reference
            };
        }
    }

    /** Truncation removes the page from the file. */
    private static final class Truncating extends State<TruncateFolio.Truncated> {
        private final TruncateFolio truncate;

        Truncating(Machine machine, Place at, Kernel kernel) {
            super(machine, at, kernel);
            Zap zap = kernel.replace(new Zap(kernel, mm));
            truncate = kernel.replace(new TruncateFolio(
                    file,
                    clean,
                    kernel.replace(new UnmapMapping(kernel, mm, file.inode, zap, UnmapMapping.TRUNCATION))));
        }

        @Override
        public TruncateFolio.Truncated first() {
            return truncate.truncate(folio, 0);
        }

        @Override
        public Outcome judge(TruncateFolio.Truncated truncated, Dirtied dirtied) {
            if (isTagged()) {
                return End.TAG_WITHOUT_PAGE;
            }
            if (hasFreedDirtyBuffer()) {
                return End.FREED_BUFFER_DIRTY;
            }
            MarkDirty.End marked = dirtied.marked();
            return marked == MarkDirty.End.IN_NO_FILE
                    ? End.MARKED_OUTSIDE_FILE
                    : marked == MarkDirty.End.NOT_IN_FILE ? End.LEFT_FILE_MEANWHILE : End.FORGOTTEN;
        }
    }
}
