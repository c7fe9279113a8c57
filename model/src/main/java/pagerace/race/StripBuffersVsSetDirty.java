// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Reachability.NEVER;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.SEQUENTIAL;
import static pagerace.race.Reachability.TSO;
import static pagerace.race.Reachability.WEAK;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.machine.Tlb;
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
import pagerace.mm.op.Evict;
import pagerace.mm.op.Freeze;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.MarkDirty;
import pagerace.mm.op.ReclaimFile;
import pagerace.mm.op.Steps;
import pagerace.mm.op.StripBuffers;
import pagerace.mm.op.TruncateFolio;
import pagerace.mm.op.UnmapMapping;
import pagerace.mm.op.WritePages;
import pagerace.mm.op.Writeback;
import pagerace.mm.op.Zap;
import pagerace.race.Dimensions.On;
import pagerace.race.Dimensions.Reference;

/** Reclaim takes the buffers off a clean page of a file, while somebody who holds a reference stores to it and marks it dirty. */
public final class StripBuffersVsSetDirty implements Race {
    @Override
    public String question() {
        return "Can reclaim strip the buffers off a page which the holder of a reference then marks dirty, so that writeback"
                + " meets a dirty page that its filesystem knows nothing of?";
    }

    @Override
    public String anchor() {
        return "shrink_folio_list, try_to_free_buffers against block_dirty_folio, set_page_dirty_lock; Jan Kara, \"get_user_pages"
                + " and filesystems\", January 2018; 46d2277c796f, ecdfc9787fe5, 87df7241bd54 (2.6.20), cc5095747edf (ext4 warns),"
                + " d824ec2a1546 (pinned pages keep their buffers)";
    }

    @Override
    public List<String> references() {
        return List.of(
                "20180103100430.GE4911@quack2.suse.cz: Jan Kara, 3 January 2018: reclaim strips the buffers of a page that direct I/O fills",
                "459C98BF.5080409@yahoo.com.au: Nick Piggin, Linus Torvalds and Andrew Morton, 4 January 2007: try_to_free_buffers against a racing mark",
                "YiDS9wVfq4mM2jGK@mit.edu: Theodore Ts'o, March 2022, cc5095747edf; process_vm_writev triggers the warning reliably",
                "CVE-2022-49171: ext4's BUG on a dirty page without buffers, which cc5095747edf made a warning");
    }

    @Override
    public String invariant() {
        return "writeback never meets a dirty page without buffers that it cannot mend, and what was stored reaches the disk;"
                + " the page cache tags no page as dirty that has left the file, and no freed buffer is marked dirty";
    }

    @Override
    public String breakingSchedule() {
        return """
                reclaim (CANCEL_INSIDE_LOCK)          | dirtier, who holds a reference
                locks the folio: it is clean          |
                unmaps it                             |
                frees its buffers, which are clean    |
                cannot free it: a reference too many  |
                unlocks the folio                     |
                                                      | stores to the page
                                                      | locks the folio: the lock is free
                                                      | marks it dirty, and no buffers
                writeback meets a dirty page without buffers, under the folio lock as well""";
    }

    @Override
    public List<String> notModelled() {
        return List.of(
                "writeback as a third actor: the page was written, and its entry made read-only, before the race (missed:"
                        + " writeback between pin and reclaim)",
                "what a writable entry says of its page: where a write fault asks the filesystem, a page with a writable entry"
                        + " is dirty, and reclaim keeps it for that alone; here both are clean (false alarms for references"
                        + " taken in the race)",
                "references that hold single buffers, and the one that buffers hold on their page (missed)",
                "1024 ordinary references, which look like a pin (missed: pages kept without need)",
                "pages that reclaim writes itself, as direct reclaim did before 3.2 and kswapd long after (missed)");
    }

    @Override
    public List<String> actors() {
        return List.of("reclaim or truncation", "dirtier");
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
        UNLOCKED(MarkDirty.UNLOCKED),
        @Means("set_page_dirty_lock, under the folio lock")
        LOCKED(MarkDirty.LOCKED);

        private final Steps<MarkDirty.Step> steps;

        Dirtying(Steps<MarkDirty.Step> steps) {
            this.steps = steps;
        }

        Steps<MarkDirty.Step> steps() {
            return steps;
        }
    }

    /** Who frees the buffers. */
    @Dimension.Called("opponent")
    enum Opponent implements Dimension {
        @Means("reclaim, which wants to free the page")
        RECLAIM,
        @Means("truncation, which removes the page from the file")
        TRUNCATION
    }

    private static final Steps<MarkDirty.Step> NOTIFYING = MarkDirty.LOCKED.with(MarkDirty.Step.NOTIFY);
    private static final Steps<MarkDirty.Step> UNCHECKED = MarkDirty.UNLOCKED.without(MarkDirty.Step.CHECK_MAPPING);
    private static final Steps<MarkDirty.Step> UNCHECKED_LOCKED =
            MarkDirty.LOCKED.without(MarkDirty.Step.CHECK_MAPPING);

    /** Every fix, the oldest first; the filesystems that live with it before mainline. */
    enum Fix implements Candidate {
        CANCEL_AFTER_LOCK(
                Origin.history(
                        "2.6.19",
                        "d08b3851da41",
                        "file-b.2.6.19",
                        "whoever frees the buffers cancels the page's mark afterwards, and write-protects it; writeback makes"
                                + " new buffers where it misses them"),
                ReclaimFile.V2_6,
                StripBuffers.V2_6_19,
                WritePages.Step.RECREATE,
                Fix::mutualExclusion),
        REFUSE_DIRTY(
                Origin.history(
                        "2.6.20-rc",
                        "46d2277c796f",
                        "file-b.2.6.20-rc",
                        "the buffers of a dirty page are not freed, and no mark is cancelled; writeback makes new buffers where"
                                + " it misses them"),
                ReclaimFile.V2_6,
                StripBuffers.V2_6_20_RC,
                WritePages.Step.RECREATE,
                at -> NEVER),
        CANCEL_AFTER_LOCK_AGAIN(
                Origin.history(
                        "2.6.20-rc",
                        "ecdfc9787fe5",
                        "file-b.resurrect",
                        "as CANCEL_AFTER_LOCK, but cancelling the mark leaves the entries alone"),
                ReclaimFile.V2_6,
                StripBuffers.V2_6_19,
                WritePages.Step.RECREATE,
                Fix::mutualExclusion),
        CANCEL_INSIDE_LOCK(
                Origin.history(
                        "2.6.20 .. 6.3",
                        "87df7241bd54",
                        "file-b.inside, file-b.setlock, file-b.getpin, file-b.pin-nocheck",
                        "the mark is cancelled under the lock under which page and buffers are marked; writeback takes buffers"
                                + " for granted"),
                ReclaimFile.V2_6,
                StripBuffers.MAINLINE,
                null,
                Fix::strippedUnderReference),
        RECREATE_BUFFERS(
                Origin.history(
                        "2.6.27 .. 2.6.36, ext4",
                        "f0e6c98593eb",
                        "file-b.recreate",
                        "as CANCEL_INSIDE_LOCK, and writeback makes new buffers where it misses them"),
                ReclaimFile.V2_6,
                StripBuffers.MAINLINE,
                WritePages.Step.RECREATE,
                at -> NEVER),
        FIX_UP(
                Origin.mainline(
                        ">= 2.6.29, btrfs",
                        "247e743cbe6e",
                        "file-b.btrfs-fixup",
                        "as CANCEL_INSIDE_LOCK, and writeback leaves a page that was dirtied behind its back to a worker, which"
                                + " reserves belatedly"),
                ReclaimFile.V2_6,
                StripBuffers.MAINLINE,
                WritePages.Step.FIX_UP,
                at -> NEVER),
        PANIC_WITHOUT_BUFFERS(
                Origin.history(
                        "2.6.37 .. 5.17, ext4",
                        "-",
                        "file-b.ext4-bug",
                        "as CANCEL_INSIDE_LOCK, and writeback crashes where it misses buffers"),
                ReclaimFile.V2_6,
                StripBuffers.MAINLINE,
                WritePages.Step.PANIC,
                Fix::strippedUnderReference),
        WARN_WITHOUT_BUFFERS(
                Origin.history(
                        "5.18 .. 6.3, ext4",
                        "cc5095747edf",
                        "file-b.ext4-warn",
                        "as CANCEL_INSIDE_LOCK, and writeback warns where it misses buffers, cleans the page and skips it"),
                ReclaimFile.V2_6,
                StripBuffers.MAINLINE,
                WritePages.Step.WARN_AND_SKIP,
                Fix::strippedUnderReference),
        KEEP_PINNED(
                Origin.mainline(
                        ">= 6.4, ext4",
                        "d824ec2a1546",
                        "file-b.pin-check, file-b.rmw-full",
                        "as WARN_WITHOUT_BUFFERS, and reclaim keeps a page that may be pinned, buffers and all"),
                ReclaimFile.V6_4,
                StripBuffers.MAINLINE,
                WritePages.Step.WARN_AND_SKIP,
                at -> at.is(Reference.GET) && at.is(Opponent.RECLAIM) ? strippedUnderReference(at) : NEVER),
        REFUSE_DIRTY_TOO(
                Origin.proposal(
                        "file-b.skipdirty",
                        "as CANCEL_INSIDE_LOCK, and the buffers of a page that is dirty are not freed: the mark comes later"),
                ReclaimFile.V2_6,
                StripBuffers.MAINLINE.with(StripBuffers.Step.REFUSE_DIRTY),
                null,
                Fix::strippedUnderReference),
        NOTIFY(
                Origin.proposal(
                        "file-b.mkwrite-in-U",
                        "as CANCEL_INSIDE_LOCK, and set_page_dirty_lock asks the filesystem first, as a write fault does"),
                ReclaimFile.V2_6,
                StripBuffers.MAINLINE,
                null,
                at -> NEVER),
        DROP_MAPPING_CHECK(
                Origin.mutant(
                        "file-b.no-mapcheck",
                        "mainline, but the page is tagged without a look, under the page cache's lock, whether it is still in"
                                + " the file"),
                ReclaimFile.V6_4,
                StripBuffers.MAINLINE,
                WritePages.Step.WARN_AND_SKIP,
                Fix::mutualExclusion),
        DROP_PRIVATE_LOCK(
                Origin.mutant(
                        "file-b mutants",
                        "as RECREATE_BUFFERS, but buffers are looked at and freed without the lock under which they are marked"),
                ReclaimFile.V2_6,
                StripBuffers.MAINLINE.without(StripBuffers.Step.LOCK_PRIVATE),
                WritePages.Step.RECREATE,
                Fix::mutualExclusion),
        LOOK_BEFORE_UNMAP(
                "file-b.pin-check mutants",
                "mainline, but reclaim looks for pins before it unmaps",
                ReclaimFile.V2_6.with(ReclaimFile.Step.LOOK_BEFORE_UNMAP),
                at -> SC),
        CLEAR_PLAINLY_LOOK_AT_ONCE(
                "file-b.unmap-store",
                "mainline, but reclaim clears the entry by a plain store, and looks for pins before it uncounts the mapping",
                ReclaimFile.V2_6.with(ReclaimFile.Step.CLEAR_PLAINLY).with(ReclaimFile.Step.LOOK_WHEN_CLEARED),
                at -> TSO),
        CLEAR_PLAINLY(
                "file-b.unmap-store",
                "mainline, but reclaim clears the entry by a plain store; uncounting the mapping is fence enough",
                ReclaimFile.V6_4.with(ReclaimFile.Step.CLEAR_PLAINLY),
                at -> NEVER),
        RELAXED_UNCOUNT(
                "file-b.rmw-relaxed",
                "mainline, but uncounting the mapping and its reference orders nothing",
                ReclaimFile.V6_4.without(ReclaimFile.Step.ORDERED_UNCOUNT),
                at -> at.is(On.ARM64_BATCHED) ? WEAK : NEVER);

        private final Origin origin;
        private final Steps<ReclaimFile.Step> reclaim;
        private final Steps<StripBuffers.Step> strip;
        private final Steps<WritePages.Step> write;
        private final Function<Place, Reachability> expected;

        Fix(
                Origin origin,
                Steps<ReclaimFile.Step> reclaim,
                Steps<StripBuffers.Step> strip,
                WritePages.@Nullable Step missing,
                Function<Place, Reachability> expected) {
            this.origin = origin;
            this.reclaim = reclaim;
            this.strip = strip;
            this.write = missing == null ? Steps.of() : Steps.of(missing);
            this.expected = expected;
        }

        /** A mutant of mainline's look for pins. */
        Fix(
                String reference,
                String difference,
                Steps<ReclaimFile.Step> reclaim,
                Function<Place, Reachability> expected) {
            this(
                    Origin.mutant(reference, difference),
                    reclaim,
                    StripBuffers.MAINLINE,
                    WritePages.Step.WARN_AND_SKIP,
                    expected);
        }

        /** Whoever strips or truncates holds the folio lock: a race for whoever marks the page without it. */
        private static Reachability mutualExclusion(Place at) {
            return at.is(Dirtying.LOCKED) ? NEVER : SC;
        }

        /** Stripped first and dirtied later, which needs no race if the reference was there before. */
        private static Reachability strippedUnderReference(Place at) {
            return at.is(Taken.EARLIER) ? SEQUENTIAL : SC;
        }

        private Steps<CleanFolio.Step> clean() {
            return this == CANCEL_AFTER_LOCK ? CleanFolio.V2_6_19 : CleanFolio.MAINLINE;
        }

        private Steps<MarkDirty.Step> mark(Dirtying dirtying) {
            return switch (this) {
                case NOTIFY -> NOTIFYING;
                case DROP_MAPPING_CHECK -> dirtying == Dirtying.LOCKED ? UNCHECKED_LOCKED : UNCHECKED;
                default -> dirtying.steps();
            };
        }

        @Override
        public boolean has(Place at) {
            if (at.is(Opponent.TRUNCATION)) {
                return isPlain(at) && (this == KEEP_PINNED || this == DROP_MAPPING_CHECK);
            }
            return switch (this) {
                case CANCEL_AFTER_LOCK,
                        REFUSE_DIRTY,
                        CANCEL_AFTER_LOCK_AGAIN,
                        RECREATE_BUFFERS,
                        FIX_UP,
                        PANIC_WITHOUT_BUFFERS,
                        REFUSE_DIRTY_TOO,
                        DROP_PRIVATE_LOCK -> isPlain(at);
                case NOTIFY -> isPlain(at) && at.is(Dirtying.LOCKED);
                case CANCEL_INSIDE_LOCK, WARN_WITHOUT_BUFFERS, KEEP_PINNED -> hasPlatform(at);
                case DROP_MAPPING_CHECK -> false;
                case LOOK_BEFORE_UNMAP, CLEAR_PLAINLY_LOOK_AT_ONCE, CLEAR_PLAINLY, RELAXED_UNCOUNT ->
                    at.is(Taken.MEANWHILE) && at.is(Reference.PIN) && at.is(Dirtying.LOCKED) && hasPlatform(at);
            };
        }

        /** Where nobody looks at the kind of the reference, and nobody takes one. */
        private static boolean isPlain(Place at) {
            return at.is(Reference.GET) && at.is(Taken.EARLIER) && at.is(On.X86_BATCHED);
        }

        /** Reclaim leaves its flushes for the end of the batch; how entries are cleared matters to whoever reads them. */
        private static boolean hasPlatform(Place at) {
            return at.is(On.X86_BATCHED) || (at.is(On.ARM64_BATCHED) && at.is(Taken.MEANWHILE));
        }

        @Override
        public Reachability reachableFrom(Place at) {
            return expected.apply(at);
        }

        @Override
        public @Nullable Fix control(Place at) {
            if (at.is(Opponent.TRUNCATION)) {
                return at.is(Dirtying.LOCKED) ? null : DROP_MAPPING_CHECK;
            }
            return switch (this) {
                case REFUSE_DIRTY, RECREATE_BUFFERS, FIX_UP ->
                    at.is(Dirtying.UNLOCKED) ? DROP_PRIVATE_LOCK : CANCEL_INSIDE_LOCK;
                case KEEP_PINNED, CLEAR_PLAINLY, RELAXED_UNCOUNT ->
                    at.is(Taken.MEANWHILE) && at.is(Reference.PIN) && at.is(Dirtying.LOCKED)
                            ? LOOK_BEFORE_UNMAP
                            : CANCEL_INSIDE_LOCK;
                default -> CANCEL_INSIDE_LOCK;
            };
        }

        /**
         * Each variant where its verdict is decided, and each kind of reference in mainline. A dirtier that asks the filesystem
         * under the folio lock meets nothing that threads could race for.
         */
        @Override
        public boolean isPlanned(Place at) {
            if (!at.is(On.X86_BATCHED)) {
                return false;
            }
            boolean unlocked = at.is(Dirtying.UNLOCKED);
            boolean pinned = at.is(Reference.PIN);
            return switch (this) {
                case CANCEL_AFTER_LOCK, REFUSE_DIRTY, REFUSE_DIRTY_TOO, DROP_PRIVATE_LOCK, RECREATE_BUFFERS, FIX_UP ->
                    unlocked;
                case PANIC_WITHOUT_BUFFERS -> !unlocked;
                case CANCEL_INSIDE_LOCK -> unlocked ? isPlain(at) : pinned || at.is(Taken.EARLIER);
                case WARN_WITHOUT_BUFFERS -> !unlocked && at.is(Taken.EARLIER) && !pinned;
                case KEEP_PINNED ->
                    at.is(Opponent.TRUNCATION) ? unlocked : !unlocked && pinned == at.is(Taken.MEANWHILE);
                case DROP_MAPPING_CHECK -> unlocked;
                case LOOK_BEFORE_UNMAP, CLEAR_PLAINLY_LOOK_AT_ONCE -> true;
                case CANCEL_AFTER_LOCK_AGAIN, NOTIFY, CLEAR_PLAINLY, RELAXED_UNCOUNT -> false;
            };
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            Steps<MarkDirty.Step> mark = mark(at.the(Dirtying.class));
            if (at.is(Opponent.TRUNCATION)) {
                return List.of(mark);
            }
            return at.is(Taken.EARLIER) ? List.of(reclaim, strip, mark) : List.of(reclaim, strip, mark, GupFast.V6_1);
        }

        @Override
        public Scenario<?, ?> on(Machine machine, Place at, Changes changes) {
            return at.is(Opponent.RECLAIM)
                    ? new Reclaiming(machine, at, changes, this)
                    : new Truncating(machine, at, changes, this);
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
        return List.of(
                List.of(Reference.values()),
                List.of(Taken.values()),
                List.of(Dirtying.values()),
                List.of(Opponent.values()),
                List.of(On.values()));
    }

    /**
     * What became of the dirtier.
     *
     * @param taken how its reference was taken
     * @param marked how the page was marked dirty; null if there was no reference
     */
    private record Dirtied(GupFast.End taken, MarkDirty.@Nullable End marked) {}

    /** A page of a file on disk, clean, with clean buffers, mapped once, and isolated by reclaim. */
    private abstract static class State<A> implements Scenario<A, Dirtied> {
        private static final int PFN = 1;
        private static final long WRITTEN = 1;
        private static final long STORED = 2;

        final Platform platform;
        final Folio folio;
        final Buffers buffers;
        final DiskFile file;
        final Mm mm;
        final CleanFolio clean;
        final MemMap memMap;
        private final boolean earlier;
        private final int flags;
        private final GupFast gupFast;
        private final MarkDirty markDirty;

        State(Machine machine, Place at, Changes changes, Fix fix) {
            platform = at.the(On.class).platform();
            earlier = at.is(Taken.EARLIER);
            Reference reference = at.the(Reference.class);
            flags = GupFast.FOLL_WRITE | reference.flag();
            long held = earlier ? reference == Reference.PIN ? Folio.PIN_BIAS : 1 : 0;
            folio = new Folio(
                    machine,
                    "folio",
                    PFN,
                    false,
                    new Folio.Initially(3 + held, 1, Folio.UPTODATE, Folio.FILE, WRITTEN));
            memMap = new MemMap(machine, List.of(folio));
            long entry = Pte.present(PFN, earlier ? Pte.ACCESSED : Pte.ACCESSED | Pte.WRITE);
            mm = new Mm(
                    machine, "mm", new PageTable(machine, "mm", entry), new Tlb(machine, platform.flush(), 2), true);
            buffers = new Buffers(machine, Buffers.ATTACHED);
            file = new DiskFile(
                    machine,
                    new Inode(machine, Folio.FILE, folio),
                    WRITTEN,
                    false,
                    machine.word("page_cache", "dirty-tag", 0),
                    buffers);
            clean = changes.replace(new CleanFolio(machine, file, List.of(mm), platform, fix.clean()));
            gupFast = changes.replace(new GupFast(machine, mm, memMap, changes.keep(GupFast.V6_1)));
            markDirty = changes.replace(new MarkDirty(machine, file, changes.keep(fix.mark(at.the(Dirtying.class)))));
        }

        @Override
        public final Dirtied second() {
            GupFast.Grab grab = earlier ? new GupFast.Grab(GupFast.End.PINNED, PFN) : gupFast.grab(1, 0, flags);
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
            return file.dirtyTag != null && file.dirtyTag.readOnce() != 0;
        }
    }

    /** Reclaim strips; afterwards the flusher comes by. */
    private static final class Reclaiming extends State<ReclaimFile.End> {
        private final ReclaimFile reclaim;
        private final WritePages writePages;
        private final boolean takenEarlier;

        Reclaiming(Machine machine, Place at, Changes changes, Fix fix) {
            super(machine, at, changes, fix);
            takenEarlier = at.is(Taken.EARLIER);
            reclaim = changes.replace(new ReclaimFile(
                    machine,
                    mm,
                    file,
                    changes.replace(new Evict(
                            file,
                            changes.replace(new StripBuffers(file, clean, changes.keep(fix.strip))),
                            changes.replace(new Freeze(Freeze.MAINLINE)))),
                    platform,
                    changes.keep(fix.reclaim)));
            writePages = changes.replace(
                    new WritePages(file, changes.replace(new Writeback(file, clean, Writeback.MAINLINE)), fix.write));
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
                case RECLAIMED -> End.STORE_LOST; // freed under a reference
            };
        }
    }

    /** Truncation removes the page from the file. */
    private static final class Truncating extends State<TruncateFolio.Truncated> {
        private final TruncateFolio truncate;

        Truncating(Machine machine, Place at, Changes changes, Fix fix) {
            super(machine, at, changes, fix);
            Zap zap = changes.replace(new Zap(mm, memMap, platform, Zap.V6_2));
            truncate = changes.replace(new TruncateFolio(
                    file,
                    clean,
                    changes.replace(new UnmapMapping(machine, mm, file.inode, zap, UnmapMapping.TRUNCATION))));
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
