// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Dimensions.Mapped.SMALL;
import static pagerace.race.Dimensions.On.ARM64;
import static pagerace.race.Dimensions.On.ARM64_BATCHED;
import static pagerace.race.Dimensions.On.X86;
import static pagerace.race.Dimensions.On.X86_BATCHED;
import static pagerace.race.Dimensions.Reference.GET;
import static pagerace.race.Dimensions.Reference.PIN;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.SEQUENTIAL;
import static pagerace.race.Reachability.WEAK;
import static pagerace.race.Row.history;
import static pagerace.race.Row.mainline;
import static pagerace.race.Row.mutant;
import static pagerace.race.ShrinkVsPin.Then.READ_THEN_WRITE;
import static pagerace.race.ShrinkVsPin.Then.WRITE;

import java.util.List;
import pagerace.machine.Machine;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.Steps;
import pagerace.mm.SwapSpace;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.Linux;
import pagerace.mm.op.Reclaim;
import pagerace.mm.op.ReuseRule;
import pagerace.mm.op.Share;
import pagerace.mm.op.SwapIn;
import pagerace.mm.op.UserAccess;
import pagerace.mm.op.WriteFault;
import pagerace.race.Dimensions.Mapped;
import pagerace.race.Dimensions.On;
import pagerace.race.Dimensions.Reference;

/** Reclaim takes a page away from its user while GUP-fast pins it; afterwards the user touches the page again. */
@Race.Head(
        question =
                "Can reclaim unmap a page that GUP-fast has just pinned, so that the user's next write goes to a copy and the"
                        + " device keeps the old page?",
        anchor =
                "shrink_folio_list, try_to_unmap_one, do_swap_page, do_wp_page against gup_fast; 09854ba94c6a (reuse by"
                        + " refcount), feb889fb40fa (no pinned pages in the swap cache), 6c287605fd56 and 1493a1913e34"
                        + " (PG_anon_exclusive, in swap entries too), 088b8aa537c2 (fences), d824ec2a1546 (second look)",
        references = {
            "CAHk-=wjevjeL44qafYd8=cJHZgNUOUuWVJ28vkS4U4v_Af-xaQ@mail.gmail.com: Linus Torvalds, 18 December 2021: reuse by the reference count, and why feb889fb40fa came late",
            "CVE-2020-29374: not this race, but the reason for reuse by the reference count",
            "20220126095557.32392-1-david@redhat.com: David Hildenbrand, 26 January 2022, which of its instances 09854ba94c6a brought back"
        },
        invariant =
                "a pinned page stays the user's page: the device sees what the user writes after reclaim, and the user sees what"
                        + " the device writes; since 5.19 it is not even unmapped",
        actors = {"reclaim", "GUP-fast"},
        breakingSchedule = """
                reclaim (SKIP_PINNED)                 | GUP-fast
                no pins: goes on                      |
                                                      | takes its pin; the entry is unchanged, ok
                puts the page into the swap cache     |
                replaces the entry by a swap entry    |
                too many references: keeps the page   |
                the user reads: swap-in maps the page read-only
                the user writes: fault, too many references, copy: the pin holds the old page""",
        notModelled = {
            "more than one mapping of the page (missed: races with the second mapping's fork or fault; ShrinkVsPinVsLeave has a"
                    + " second one that goes)",
            "what the queueing of a flush for later orders by itself: on x86 a locked increment, on arm64 a DSB (may reach more)",
            "writeback that is still running at swap-in: the device writes at once here (missed unnecessary copies)",
            "a store through a stale TLB entry while the flush is deferred (missed lost stores)",
            "reclaim of a page that is in the swap cache already: SKIP_PINNED does not look there (missed)"
        })
public final class ShrinkVsPin extends CatalogueRace {
    /** The race. */
    public ShrinkVsPin() {
        super(
                End.values(),
                Fix.values(),
                List.of(Reference.values()),
                List.of(Mapped.values()),
                List.of(Then.values()),
                List.of(On.values()));
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("the pin was there before reclaim looked first: the page stayed as it was")
        KEPT_FOR_PIN,
        @Permitted("reclaim had unmapped or freed the page before GUP-fast came")
        PIN_TOO_LATE,
        @Permitted(
                "reclaim unmapped the page under a reference; the user's next access mapped the same page again, writable")
        UNMAPPED_BACK_IN_SYNC,
        @Window("the pin came after reclaim's first look; reclaim saw it under the cleared entry and put the"
                + " entry back")
        SHARE_REFUSED,
        @Window("GUP-fast took its reference, saw that reclaim had changed the entry, and gave it back")
        PIN_UNDONE,
        @Forbidden("reclaim unmapped the page under a reference, and the user's next write went to a copy")
        OUT_OF_SYNC,
        @Forbidden("reclaim gave up exclusivity and unmapped the page although the pin stayed on it")
        PINNED_YET_UNMAPPED,
        @Forbidden("the entry became a swap entry while the page was still marked exclusive")
        SWAPPED_YET_EXCLUSIVE,
        @Forbidden("reclaim backed off without putting the entry back: the user's page is gone")
        PAGE_LOST
    }

    /** What the user does with the page after reclaim. */
    @Dimension.Called("then")
    enum Then implements Dimension {
        @Means("the user reads the page, then writes it")
        READ_THEN_WRITE,
        @Means("the user writes the page at once")
        WRITE
    }

    /** Every fix, the oldest first. */
    enum Fix implements Listed {
        MAPCOUNT_REUSE(release(
                history("<= 5.8", "-", Linux.V5_8, "a write fault reuses a page with one mapping, pinned or not"))),
        REFCOUNT_REUSE(release(history(
                        "5.9 .. 5.10",
                        "09854ba94c6a",
                        Linux.V5_9,
                        "a write fault copies a page with more than one reference; reclaim does not look for pins"))
                .breaks(SEQUENTIAL, READ_THEN_WRITE)
                .onThreads(GET, SMALL, READ_THEN_WRITE, X86_BATCHED)),
        SKIP_PINNED(release(history(
                        "5.11 .. 5.17", "feb889fb40fa", Linux.V5_14, "reclaim first looks for pins, and never again"))
                .breaks(SC, PIN, READ_THEN_WRITE)
                .breaks(SEQUENTIAL, GET, READ_THEN_WRITE)),
        SKIP_PINNED_REFCOUNT_SWAP_IN(release(history(
                        "5.18",
                        "c145e0b47c77",
                        Linux.V5_18,
                        "as SKIP_PINNED, and swap-in too reuses by the refcount only"))
                .breaks(SC, PIN)
                .breaks(SEQUENTIAL, GET)
                .onThreads(PIN, SMALL, WRITE, X86_BATCHED)),
        SHARE_UNDER_CLEARED_PTE(release(
                        history(
                                "5.19 .. 6.0",
                                "6c287605fd56",
                                Linux.V5_19,
                                "reclaim clears and flushes the entry, looks for pins again, and gives up exclusivity only then"))
                .breaks(WEAK, PIN)
                .holds(X86)),
        SHARE_WITH_FENCES(release(history(
                "6.1 .. 6.3",
                "088b8aa537c2",
                Linux.V6_1,
                "as before, with full fences on both sides instead of the flush; mainline without the second look"))),
        KEEP_PINNED_AFTER_UNMAP(release(mainline(
                        ">= 6.4",
                        "d824ec2a1546",
                        Linux.V6_4,
                        "as before, and a page that looks pinned after unmapping is kept"))
                .onThreads(GET, SMALL, READ_THEN_WRITE, X86_BATCHED)),
        NO_EXCLUSIVE_SWAP_ENTRY(release(history(
                        "5.19 .. 6.2, some architectures",
                        "-",
                        Linux.V6_1.without(Reclaim.Step.EXCLUSIVE_SWAP_ENTRY),
                        "as SHARE_WITH_FENCES where swap entries cannot remember exclusivity: pins need no such memory, ordinary"
                                + " references do, and were never promised to stay in sync"))
                .breaks(SEQUENTIAL, GET)
                .onThreads(GET, SMALL, READ_THEN_WRITE, X86_BATCHED)),
        SHARE_CHECK_BEFORE_CLEAR(shown(
                        PRESENT.without(Share.Step.SHARE_CHECK).with(Share.Step.SHARE_CHECK_BEFORE_CLEAR),
                        "reclaim looks for pins before it clears the entry")
                .in(PIN, WRITE)
                .breaks(SC)),
        DROP_SHARE_CHECK(shown(
                        PRESENT.without(Share.Step.SHARE_CHECK),
                        "reclaim gives up exclusivity without looking for pins again")
                .breaks(SC)),
        DROP_SHARE(shown(PRESENT.without(Reclaim.Step.SHARE), "reclaim unmaps without giving up exclusivity first")
                .breaks(SEQUENTIAL)),
        PLAIN_CLEAR(mutation(
                        PRESENT.with(Share.Step.CLEAR_PLAINLY).without(Share.Step.FENCE_BEFORE_SHARE_CHECK),
                        "reclaim clears the entry by a plain store and has no fence before it looks for pins; on x86"
                                + " the swap cluster's lock, taken in between to count the swap entry, is fence enough")
                .breaks(WEAK, X86_BATCHED)
                .breaks(WEAK, ARM64_BATCHED)),
        DROP_CLEAR_FENCE(mutation(
                        PRESENT.without(Share.Step.FENCE_BEFORE_SHARE_CHECK),
                        "reclaim has no fence between the cleared entry and the look for pins")
                .breaks(WEAK, ARM64_BATCHED)),
        DROP_PTE_RECHECK(shown(
                        PRESENT.without(GupFast.Step.RECHECK_PTE),
                        "GUP-fast does not compare the entry after it took its reference")
                .breaks(SC)
                .holds(X86)),
        DROP_PIN_FENCE(mutation(PRESENT.without(GupFast.Step.FENCE_AFTER_PIN), "GUP-fast has no fence after its pin")
                .breaks(WEAK)
                .holds(X86)),
        DROP_RESTORE(shown(
                        PRESENT.without(Share.Step.RESTORE_WHEN_BUSY),
                        "reclaim does not put the entry back when it finds a pin")
                .breaks(SC)),
        KEEP_EXCLUSIVE_BIT(
                shown(PRESENT.without(Share.Step.CLEAR_EXCLUSIVE), "reclaim leaves the page marked exclusive")
                        .breaks(SEQUENTIAL)),
        DROP_SKIP_PINNED(mutation(PRESENT.without(Reclaim.Step.SKIP_PINNED), "reclaim does not look for pins first"));

        private final Row row;

        Fix(Row row) {
            this.row = row;
        }

        /** With pins everywhere; with ordinary references, which are counted like any other, in two places. Under the flush of reclaim. */
        private static Row release(Row row) {
            return row.in(PIN)
                    .in(GET, SMALL, X86_BATCHED)
                    .in(GET, SMALL, ARM64)
                    .onThreads(PIN, SMALL, READ_THEN_WRITE, X86_BATCHED);
        }

        /** Its step concerns pins. */
        private static Row mutation(Kernel kernel, String difference) {
            return mutant(kernel, "mainline, but " + difference).in(PIN, READ_THEN_WRITE);
        }

        /** A mutant that does harm on x86; the others are left to the explorer. */
        private static Row shown(Kernel kernel, String difference) {
            return mutation(kernel, difference).onThreads(PIN, SMALL, READ_THEN_WRITE, X86_BATCHED);
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public Fix usualControl(Place at) {
            if (!keepsExclusive(row.kernel())) {
                return SKIP_PINNED_REFCOUNT_SWAP_IN;
            }
            return at.is(PIN) ? SHARE_CHECK_BEFORE_CLEAR : NO_EXCLUSIVE_SWAP_ENTRY;
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of(
                    row.kernel().steps(Reclaim.Step.class),
                    row.kernel().steps(Share.Step.class),
                    row.kernel().steps(GupFast.Step.class));
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new State(machine, at, kernel);
        }
    }

    /** Whether an exclusive page must stay mapped while it is pinned. */
    private static boolean keepsExclusive(Kernel kernel) {
        return kernel.policy(ReuseRule.MAPCOUNT) == ReuseRule.EXCLUSIVE;
    }

    /** One page, mapped writable once, isolated by reclaim; an empty swap slot; a free page for a copy. */
    private static final class State implements Scenario.OfTwo<Reclaim.End, GupFast.Grab> {
        private static final long BEFORE_RECLAIM = 1;
        private static final long USER_WROTE = 2;
        private static final long DEVICE_WROTE = 3;

        private final Kernel kernel;
        private final Reference reference;
        private final Then then;
        private final Folio folio;
        private final Mm mm;
        private final Reclaim reclaim;
        private final GupFast gupFast;
        private final UserAccess user;

        State(Machine machine, Place at, Kernel kernel) {
            this.kernel = kernel;
            reference = at.the(Reference.class);
            then = at.the(Then.class);
            Scene scene = new Scene(machine, at.the(On.class).platform());
            folio = scene.anon("folio")
                    .large(at.is(Mapped.LARGE))
                    .exclusive(keepsExclusive(kernel))
                    .mapped()
                    .held() // by reclaim
                    .holding(BEFORE_RECLAIM);
            Folio spare = scene.free("copy");
            mm = scene.mm("mm")
                    .walkers(2)
                    .hasPinned(true)
                    .mapping(Pte.present(folio.pfn, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
            SwapSpace swap = new SwapSpace(machine, false);
            Share share = kernel.replace(new Share(kernel, mm));
            reclaim = kernel.replace(new Reclaim(kernel, mm, swap, share));
            gupFast = kernel.replace(new GupFast(kernel, mm));
            user = new UserAccess(
                    mm,
                    kernel.replace(new WriteFault(kernel, mm, swap, FreeFolios.only(spare))),
                    kernel.replace(new SwapIn(kernel, mm, swap, FreeFolios.only(spare))));
        }

        @Override
        public Reclaim.End first() {
            return reclaim.shrink(folio, mm.entry(0));
        }

        @Override
        public GupFast.Grab second() {
            return gupFast.grab(1, mm.entry(0), GupFast.FOLL_WRITE | reference.flag());
        }

        @Override
        public Outcome judge(Reclaim.End reclaimed, GupFast.Grab grab) {
            long entry = mm.entry(0).word.readOnce();
            if (Pte.isNone(entry)) {
                return End.PAGE_LOST;
            }
            boolean swappedYetExclusive = Pte.has(entry, Pte.SWAP) && folio.test(Folio.ANON_EXCLUSIVE);
            if (grab.isPinned() && !inSync()) {
                return End.OUT_OF_SYNC;
            }
            if (grab.isPinned() && reclaimed.isUnmapped() && keepsExclusive(kernel) && reference == Reference.PIN) {
                return End.PINNED_YET_UNMAPPED;
            }
            if (swappedYetExclusive) {
                return End.SWAPPED_YET_EXCLUSIVE;
            }
            if (grab.isPinned() && reclaimed.isUnmapped()) {
                return End.UNMAPPED_BACK_IN_SYNC;
            }
            if (reclaimed == Reclaim.End.KEPT_PINNED) {
                return End.KEPT_FOR_PIN;
            }
            if (reclaimed == Reclaim.End.SHARE_REFUSED) {
                return kernel.steps(Reclaim.Step.class).has(Reclaim.Step.SKIP_PINNED)
                        ? End.SHARE_REFUSED
                        : End.KEPT_FOR_PIN;
            }
            return grab.end().isUndone() ? End.PIN_UNDONE : End.PIN_TOO_LATE;
        }

        /** After reclaim, what the user writes the device reads through its reference, and back. */
        private boolean inSync() {
            if (then == Then.READ_THEN_WRITE) {
                user.load(0, mm.entry(0));
            }
            user.store(0, mm.entry(0), USER_WROTE);
            boolean deviceSees = folio.data.readOnce() == USER_WROTE;
            folio.data.writeOnce(DEVICE_WROTE);
            return deviceSees && user.load(0, mm.entry(0)) == DEVICE_WROTE;
        }
    }
}
