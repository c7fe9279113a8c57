// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.FreezeVsSpeculativeGet.Removal.RECLAIM;
import static pagerace.race.FreezeVsSpeculativeGet.Removal.TRUNCATE;
import static pagerace.race.FreezeVsSpeculativeGet.Use.OFFLINE;
import static pagerace.race.FreezeVsSpeculativeGet.Use.PRIVATE;
import static pagerace.race.FreezeVsSpeculativeGet.Use.READ;
import static pagerace.race.FreezeVsSpeculativeGet.Use.WRITE;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.WEAK;
import static pagerace.race.Row.history;
import static pagerace.race.Row.mainline;
import static pagerace.race.Row.mutant;
import static pagerace.race.Row.proposal;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.mm.Buffers;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Inode;
import pagerace.mm.Kernel;
import pagerace.mm.MemMap;
import pagerace.mm.RefEncoding;
import pagerace.mm.Scene;
import pagerace.mm.Steps;
import pagerace.mm.op.CleanFolio;
import pagerace.mm.op.DropDirty;
import pagerace.mm.op.Evict;
import pagerace.mm.op.Freeze;
import pagerace.mm.op.Linux;
import pagerace.mm.op.Lookup;
import pagerace.mm.op.Reallocate;
import pagerace.mm.op.SoftOffline;
import pagerace.mm.op.StripBuffers;
import pagerace.mm.op.TruncateFolio;
import pagerace.mm.op.UsePrivate;
import pagerace.race.Dimensions.On;

/** A page leaves the page cache, and its memory is used again, while somebody looks it up without a lock, or writes to it. */
@Race.Head(
        question =
                "Can a page be freed while somebody who found it in the page cache has a reference to it, its private data, or a"
                        + " store that nobody wrote yet?",
        anchor =
                "__remove_mapping, folio_ref_freeze, truncate_inode_folio against filemap_get_entry, folio_try_get; e286781d5f2e"
                        + " (speculative page references), 22b10cbb9a2e (btrfs, private data); Gladyshev and Gorbunov, \"mm: implement"
                        + " page refcount locking via dedicated bit\", 2026",
        references = {
            "20260201071346.130641-1-inwardvessel@gmail.com: JP Kobryn, 31 January 2026, 22b10cbb9a2e: a lookup uses private data that reclaim has freed"
        },
        invariant =
                "a page that left the page cache was clean, and is freed once, by one who sees what all others did to it; no"
                        + " lookup returns it or its next owner's; every reference is counted, and nobody uses private data that was"
                        + " freed",
        actors = {"reclaim or truncation", "lookup and its user"},
        breakingSchedule = """
                reclaim (DIRTY_FIRST)                 | writer, holds a reference
                the folio is clean: goes on           |
                                                      | stores, marks the folio dirty
                                                      | drops its reference
                no other reference: freezes the count |
                takes the folio out of the page cache |
                the folio is freed, and the store with it""",
        notModelled = {
            "the tree of the page cache and the RCU section that protects its nodes: a slot is one word (missed: lookups in"
                    + " nodes that were freed)",
            "large folios, and lookups that step through a range (missed)",
            "reclaim that comes back, and a lookup that tries more than twice (missed: outcomes that need a second round)",
            "the junk that refused lookups leave on a frozen count, until it overflows, and the loop of compare-and-swap by which the posted series resets it above a threshold (missed)",
            "the memory cgroup from which freeing uncharges a page, fully ordered, before it looks for bad memory: what FROZEN_BIT comes to in use offline stands for uncharged pages (may reach more)",
            "with the frozen bit, pages whose count is zero for good without the bit, such as tail pages (missed)"
        })
public final class FreezeVsSpeculativeGet extends CatalogueRace {
    /** The race. */
    public FreezeVsSpeculativeGet() {
        super(End.values(), Fix.values(), List.of(Use.values()), List.of(Removal.values()));
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("the page was found, used and let go before it was freed")
        FREED_AFTER_USE,
        @Permitted("the page had left the page cache before the lookup")
        NOT_FOUND,
        @Permitted("the writer had marked the page before reclaim looked first: kept for the flusher")
        KEPT_DIRTY,
        @Permitted("the writer still had its reference when the count was to be frozen: kept")
        KEPT_FOR_WRITER,
        @Permitted("the private data was in use: kept")
        KEPT_BUSY,
        @Permitted("the page was marked as bad memory before it was freed, and has no next owner")
        BAD_PAGE_RETIRED,
        @Permitted("the page had its next owner already when it was marked as bad memory")
        NEXT_OWNER_MARKED,
        @Window(
                "the writer marked the page after reclaim's first look and dropped its reference before the freeze; under the"
                        + " frozen count reclaim found the mark, and gave the page back")
        UNFROZEN,
        @Window("the lookup took its reference just before the freeze, which therefore failed")
        FREEZE_REFUSED,
        @Window("the freeze failed because of a lookup, after the private data had been stripped")
        STRIPPED_YET_KEPT,
        @Window("the same, and the user found the private data gone under the folio lock, and made it again")
        RECREATED,
        @Window("reclaim found the folio locked by the user of the private data, and left it alone")
        SKIPPED_LOCKED,
        @Window("the lookup met a count that was frozen, or a folio that was free, and took no reference")
        LOOKUP_REFUSED,
        @Window("the lookup took a reference, saw that the page had left its slot, and gave it back")
        LOOKUP_UNDONE,
        @Window("the page left the page cache under the lookup's reference: the lookup or its user freed it in the end")
        FREED_BY_LOOKUP,
        @Forbidden("the page was freed while dirty: a store is lost")
        DIRTY_FREED,
        @Forbidden(value = "the lookup returned a folio that was another owner's by then", byEnds = true)
        FOREIGN_PAGE_FOUND,
        @Forbidden(
                value =
                        "the folio was freed twice: once more under its next owner, or by two who both dropped the last reference",
                byEnds = true)
        DOUBLE_FREE,
        @Forbidden("the count is not the number of references")
        COUNT_DRIFT,
        @Forbidden("the user followed a pointer to private data that reclaim had freed")
        PRIVATE_USED_AFTER_FREE,
        @Forbidden(
                value =
                        "the page was marked as bad memory under a reference, and whoever freed it did not see the mark",
                byEnds = true)
        BAD_PAGE_HANDED_OUT
    }

    /** What the page is looked up for. */
    @Dimension.Called("use")
    enum Use implements Dimension {
        @Means("the page is looked up and read")
        READ,
        @Means("somebody who has a reference writes to the page, drops it, and looks the page up again")
        WRITE,
        @Means("the page is looked up, and a buffer of its private data is marked under the folio lock")
        PRIVATE,
        @Means("somebody takes a reference by page frame number, marks the page as bad memory, and drops it")
        OFFLINE
    }

    /** How the page leaves the page cache. */
    @Dimension.Called("removal")
    enum Removal implements Dimension {
        @Means("reclaim: the count is frozen first, and if that fails the page stays")
        RECLAIM,
        @Means("truncation: the slot is emptied in any case, and the last to drop a reference frees the page")
        TRUNCATE
    }

    /** What the folio has besides its content. */
    private enum Private {
        NONE,
        BUFFERS
    }

    /**
     * Every fix: the present kernel, the encoding that is to come, and what either rests on.
     *
     * <p>Threads run the present kernel in each use, everything else in one place. What x86 cannot show is the explorer's.
     */
    enum Fix implements Listed {
        MAINLINE(mainline(
                        ">= 2.6.27",
                        "e286781d5f2e",
                        Linux.MAINLINE,
                        "the count is frozen, then the dirty mark looked for; lookups add unless zero, and read the slot again")
                .notIn(PRIVATE)
                .onThreads(READ)
                .onThreads(WRITE)),
        DIRTY_FIRST(writing(
                        Linux.MAINLINE.without(Freeze.Step.CHECK_DIRTY),
                        "reclaim looks for the dirty mark before it freezes the count, not after")
                .breaks(SC)
                .onThreads()),
        READER_UNORDERED(writing(
                        Linux.MAINLINE.without(Freeze.Step.FULL_ORDER),
                        "nothing orders the freeze before the look for the dirty mark")
                .breaks(WEAK)),
        WRITER_UNORDERED(writing(
                        Linux.MAINLINE.without(DropDirty.Step.TEST_AND_SET, DropDirty.Step.FULL_PUT),
                        "nothing orders the writer's dirty mark before its put")
                .breaks(WEAK)),
        RELEASE_AND_ACQUIRE(writing(
                Linux.MAINLINE
                        .without(Freeze.Step.FULL_ORDER, DropDirty.Step.TEST_AND_SET, DropDirty.Step.FULL_PUT)
                        .with(Freeze.Step.ACQUIRE, DropDirty.Step.RELEASING_PUT),
                "the writer's put only releases, and the freeze only acquires: the weakest orders that will do")),
        NO_RELOAD(mutation(
                        Linux.MAINLINE.without(Lookup.Step.RELOAD_SLOT),
                        "the lookup does not read the slot again once it has its reference")
                .in(READ)
                .breaks(SC)
                .onThreads()),
        REUSED_UNORDERED(mutation(
                        Linux.MAINLINE.without(Reallocate.Step.THROUGH_ALLOCATOR),
                        "nothing orders the emptied slot before the count of the folio's next owner")
                .in(READ, RECLAIM) // truncation's last put is a full fence
                .breaks(WEAK)),
        GET_FROM_ZERO(mutation(
                        Linux.MAINLINE.with(RefEncoding.GET_FROM_ZERO),
                        "a lookup adds its reference even if the count is zero")
                .in(READ)
                .in(OFFLINE)
                .breaks(SC)
                .onThreads(READ, TRUNCATE)),
        FROZEN_BIT(proposal(
                        Linux.MAINLINE.with(RefEncoding.FROZEN_BIT),
                        "the development tree: a bit says that the count is frozen, lookups add first and look at it afterwards,"
                                + " and zero is not final")
                .notIn(PRIVATE)
                .breaks(WEAK, OFFLINE)
                .onThreads(READ, RECLAIM)),
        FROZEN_BIT_ACQUIRING(proposal(
                        Linux.MAINLINE.with(RefEncoding.FROZEN_BIT_ACQUIRING),
                        "as FROZEN_BIT, but the exchange by which a put at zero decides who frees acquires: what a later get"
                                + " did is seen")
                .in(OFFLINE)),
        FROZEN_BIT_UNDO(mutant(
                        Linux.MAINLINE.with(RefEncoding.UNDO_FAILED_GET),
                        "as FROZEN_BIT, but a refused lookup subtracts again what it added")
                .in(READ)
                .in(WRITE)
                .breaks(SC)
                .onThreads(READ, RECLAIM)),
        FROZEN_BIT_OR(mutant(
                        Linux.MAINLINE.with(RefEncoding.FREEZE_BY_OR),
                        "as FROZEN_BIT, but a put that comes down to zero sets the bit whatever the count is by then")
                .in(READ, TRUNCATE)
                .breaks(SC)),
        // not on threads: a user that looks for private data puts strips before a freeze to the test anyway
        STRIP_THEN_FREEZE(
                mainline(
                                "all",
                                "-",
                                Linux.MAINLINE,
                                "private data is stripped before the freeze, which may fail; whoever found the page meanwhile does not"
                                        + " look for it")
                        .in(READ, RECLAIM),
                Private.BUFFERS),
        USER_TRUSTS(
                history(
                                "5.15 .. 6.16",
                                "-",
                                Linux.V6_10.with(UsePrivate.Step.LOOK_BEFORE_LOCK),
                                "as STRIP_THEN_FREEZE, and a user (btrfs relocation, subpage mode) looks for the private data before it locks the folio,"
                                        + " and not again")
                        .in(PRIVATE)
                        .breaks(SC)
                        .onThreads(),
                Private.BUFFERS),
        USER_REVALIDATES(
                history(
                                "6.12.69",
                                "22b10cbb9a2e",
                                Linux.V6_10.with(UsePrivate.Step.LOOK_BEFORE_LOCK, UsePrivate.Step.LOOK_UNDER_LOCK),
                                "as STRIP_THEN_FREEZE, and that user looks under the folio lock, and makes the private data again; mainline has had"
                                        + " no such user since 6.17 (4e346baee95f)")
                        .in(PRIVATE)
                        .onThreads(),
                Private.BUFFERS);

        private final Row row;
        private final Private data;

        Fix(Row row) {
            this(row, Private.NONE);
        }

        Fix(Row row, Private data) {
            this.row = row.notIn(WRITE, TRUNCATE) // truncation throws stores away, dirty or not
                    .notIn(PRIVATE, TRUNCATE) // truncation strips too, but never gives the page back
                    .notIn(OFFLINE, RECLAIM); // reclaim freezes a count without references in between
            this.data = data;
        }

        private static Row mutation(Kernel kernel, String difference) {
            return mutant(kernel, "mainline, but " + difference);
        }

        /** Its step concerns a store that nobody wrote yet. */
        private static Row writing(Kernel kernel, String difference) {
            return mutation(kernel, difference).in(WRITE);
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public Fix usualControl(Place at) {
            boolean frozenBit = row.kernel().policy(RefEncoding.UNLESS_ZERO) == RefEncoding.FROZEN_BIT;
            return switch (at.the(Use.class)) {
                case READ -> !frozenBit ? NO_RELOAD : at.is(RECLAIM) ? FROZEN_BIT_UNDO : FROZEN_BIT_OR;
                case WRITE -> DIRTY_FIRST;
                case PRIVATE -> USER_TRUSTS;
                case OFFLINE -> GET_FROM_ZERO;
            };
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            Steps<Freeze.Step> freeze = row.kernel().steps(Freeze.Step.class);
            Steps<Reallocate.Step> reallocate = row.kernel().steps(Reallocate.Step.class);
            Steps<Lookup.Step> lookup = row.kernel().steps(Lookup.Step.class);
            return switch (at.the(Use.class)) {
                case READ -> at.is(RECLAIM) ? List.of(freeze, reallocate, lookup) : List.of(reallocate, lookup);
                case WRITE -> List.of(freeze, reallocate, row.kernel().steps(DropDirty.Step.class), lookup);
                case PRIVATE -> List.of(freeze, reallocate, lookup, row.kernel().steps(UsePrivate.Step.class));
                case OFFLINE -> List.of(reallocate);
            };
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new State(machine, at, kernel, data);
        }
    }

    /**
     * What the first actor came to.
     *
     * @param reclaimed how reclaim ended; null if the page was truncated
     * @param freed whether the first actor freed it
     * @param handedOut whether the page has a next owner
     */
    private record Evicted(Evict.@Nullable End reclaimed, boolean freed, boolean handedOut) {}

    /**
     * What the second actor came to.
     *
     * @param found the lookup
     * @param content what the user read in the folio that was found
     * @param freed whether the user's put was the last
     * @param recreated whether the user had to make the private data again
     */
    private record Used(Lookup.Found found, long content, boolean freed, boolean recreated) {
        /** As if the walker over memory had looked the page up. */
        static Used of(SoftOffline.End end, int pfn) {
            Lookup.Found found = end == SoftOffline.End.REFUSED
                    ? new Lookup.Found(Lookup.End.GAVE_UP, 0, Lookup.Retried.REFUSED)
                    : new Lookup.Found(Lookup.End.FOUND, pfn, Lookup.Retried.NO);
            return new Used(found, 0, end == SoftOffline.End.MARKED_AND_FREED, false);
        }

        boolean lookupFreed() {
            return found.retried() == Lookup.Retried.FREED;
        }
    }

    /** One clean page in the page cache, isolated by reclaim or looked up by truncation; a writer has a reference too. */
    private static final class State implements Scenario.OfTwo<Evicted, Used> {
        private static final int PAGE = 0;
        private static final long OF_THE_FILE = 1;
        private static final long WRITTEN = 2;
        private static final long OF_ANOTHER_OWNER = 3;
        /** The page cache's and the first actor's. */
        private static final long REFERENCES = 2;

        private final Use use;
        private final Removal removal;
        private final Folio folio;
        private final Inode file;
        private final @Nullable Buffers buffers;
        private final MemMap memMap;
        private final Evict evict;
        private final TruncateFolio truncate;
        private final Reallocate reallocate;
        private final Lookup lookup;
        private final DropDirty dropDirty;
        private final @Nullable UsePrivate usePrivate;
        private final SoftOffline softOffline;

        State(Machine machine, Place at, Kernel kernel, Private data) {
            use = at.the(Use.class);
            removal = at.the(Removal.class);
            Scene scene = new Scene(machine, On.X86.platform());
            folio = scene.file("folio")
                    .held() // by reclaim or truncation
                    .held(use == Use.WRITE ? 1 : 0) // by the writer
                    .counted(kernel.policy(RefEncoding.UNLESS_ZERO))
                    .holding(OF_THE_FILE);
            memMap = scene.memMap();
            file = new Inode(machine, Folio.FILE, folio);
            buffers = data == Private.BUFFERS ? new Buffers(machine, Buffers.ATTACHED) : null;
            DiskFile disk = new DiskFile(machine, file, OF_THE_FILE, false, null, buffers);
            CleanFolio clean = kernel.replace(new CleanFolio(kernel, disk, List.of()));
            evict = kernel.replace(new Evict(
                    disk,
                    buffers == null ? null : kernel.replace(new StripBuffers(kernel, disk, clean)),
                    kernel.replace(new Freeze(kernel))));
            truncate = kernel.replace(new TruncateFolio(disk, clean, null));
            reallocate = kernel.replace(new Reallocate(kernel, machine));
            lookup = kernel.replace(new Lookup(kernel, memMap, file));
            dropDirty = kernel.replace(new DropDirty(kernel));
            usePrivate = buffers == null ? null : kernel.replace(new UsePrivate(kernel, buffers));
            softOffline = kernel.replace(new SoftOffline());
        }

        @Override
        public Evicted first() {
            Evict.End end = removal == Removal.RECLAIM ? evict.evict(folio) : null;
            boolean freed = end == null ? truncate() : end == Evict.End.FREED;
            boolean handedOut = freed && reallocate.reallocate(folio, OF_ANOTHER_OWNER) == Reallocate.End.HANDED_OUT;
            return new Evicted(end, freed, handedOut);
        }

        /** Whether the page is free now: one of both references was the last. */
        private boolean truncate() {
            boolean cacheWasLast = truncate.truncate(folio, PAGE).freed();
            return folio.put() || cacheWasLast;
        }

        @Override
        public Used second() {
            if (use == Use.OFFLINE) {
                return Used.of(softOffline.offline(folio), folio.pfn);
            }
            boolean freed = use == Use.WRITE && dropDirty.write(folio, WRITTEN);
            Lookup.Found found = lookup.get(PAGE);
            if (!found.isHeld()) {
                return new Used(found, 0, freed, false);
            }
            Folio held = memMap.stableFolioOf(found.pfn());
            boolean recreated =
                    use == Use.PRIVATE && usePrivate != null && usePrivate.use(held) == UsePrivate.End.RECREATED;
            long content = held.data.readOnce();
            freed |= held.put();
            return new Used(found, content, freed, recreated);
        }

        @Override
        public Outcome judge(Evicted evicted, Used used) {
            boolean marked = use == Use.OFFLINE && used.found.isHeld();
            if (marked && !folio.test(Folio.HWPOISON)) {
                return End.BAD_PAGE_HANDED_OUT;
            }
            boolean freedByUser = used.lookupFreed() || used.freed;
            if ((evicted.freed && freedByUser) || (used.lookupFreed() && used.freed)) {
                return End.DOUBLE_FREE;
            }
            if (used.found.isHeld() && used.content == OF_ANOTHER_OWNER) {
                return End.FOREIGN_PAGE_FOUND;
            }
            boolean inCache = file.slot(PAGE).readOnce() == folio.pfn;
            if (use == Use.WRITE && !inCache) {
                return End.DIRTY_FREED;
            }
            if (buffers != null && buffers.testAndClearDirty() && !buffers.isAttached()) {
                return End.PRIVATE_USED_AFTER_FREE;
            }
            if (!isCounted(inCache, evicted, freedByUser)) {
                return End.COUNT_DRIFT;
            }
            if (freedByUser) {
                return End.FREED_BY_LOOKUP;
            }
            if (marked) {
                return evicted.handedOut ? End.NEXT_OWNER_MARKED : End.BAD_PAGE_RETIRED;
            }
            return switch (used.found.retried()) {
                case REFUSED -> End.LOOKUP_REFUSED;
                case MOVED, FREED -> End.LOOKUP_UNDONE;
                case NO -> judgeEviction(evicted.reclaimed, used);
            };
        }

        /** Whether the count is right now that nobody but the first actor, the page cache or the next owner has references. */
        private boolean isCounted(boolean inCache, Evicted evicted, boolean freedByUser) {
            if (evicted.handedOut) {
                return folio.refcount.readOnce() == 1;
            }
            boolean free = evicted.freed || freedByUser;
            return free ? folio.isFrozen() : inCache && folio.refcount.readOnce() == REFERENCES;
        }

        private Outcome judgeEviction(Evict.@Nullable End reclaimed, Used used) {
            End gone = used.found.isHeld() ? End.FREED_AFTER_USE : End.NOT_FOUND;
            if (reclaimed == null) {
                return gone;
            }
            return switch (reclaimed) {
                case KEPT_LOCKED -> End.SKIPPED_LOCKED;
                case KEPT_DIRTY -> End.KEPT_DIRTY;
                case KEPT_BUSY -> End.KEPT_BUSY;
                case KEPT_UNFROZEN -> End.UNFROZEN;
                case KEPT_REFERENCED -> judgeRefusal(used);
                case FREED -> gone;
            };
        }

        private Outcome judgeRefusal(Used used) {
            if (use == Use.WRITE) {
                return End.KEPT_FOR_WRITER;
            }
            if (buffers == null) {
                return End.FREEZE_REFUSED;
            }
            return used.recreated ? End.RECREATED : End.STRIPPED_YET_KEPT;
        }
    }
}
