// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Reachability.NEVER;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.SEQUENTIAL;
import static pagerace.race.Reachability.WEAK;

import java.util.List;
import java.util.function.Function;
import pagerace.machine.Machine;
import pagerace.machine.Tlb;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.MemMap;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.SwapSpace;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.Reclaim;
import pagerace.mm.op.ReuseRule;
import pagerace.mm.op.Share;
import pagerace.mm.op.Steps;
import pagerace.mm.op.SwapIn;
import pagerace.mm.op.UserAccess;
import pagerace.mm.op.WriteFault;
import pagerace.race.Dimensions.FolioSize;
import pagerace.race.Dimensions.On;
import pagerace.race.Dimensions.Reference;

/** Reclaim takes a page away from its user while GUP-fast pins it; afterwards the user touches the page again. */
public final class ShrinkVsPin implements Race {
    @Override
    public String question() {
        return "Can reclaim unmap a page that GUP-fast has just pinned, so that the user's next write goes to a copy and the"
                + " device keeps the old page?";
    }

    @Override
    public String anchor() {
        return "shrink_folio_list, try_to_unmap_one, do_swap_page, do_wp_page against gup_fast; 09854ba94c6a (reuse by"
                + " refcount), feb889fb40fa (no pinned pages in the swap cache), 6c287605fd56 and 1493a1913e34"
                + " (PG_anon_exclusive, in swap entries too), 088b8aa537c2 (fences), d824ec2a1546 (second look)";
    }

    @Override
    public List<String> references() {
        return List.of(
                "CAHk-=wjevjeL44qafYd8=cJHZgNUOUuWVJ28vkS4U4v_Af-xaQ@mail.gmail.com: Linus Torvalds, 18 December 2021: reuse by the reference count, and why feb889fb40fa came late",
                "CVE-2020-29374: not this race, but the reason for reuse by the reference count",
                "20220126095557.32392-1-david@redhat.com: David Hildenbrand, 26 January 2022, which of its instances 09854ba94c6a brought back");
    }

    @Override
    public String invariant() {
        return "a pinned page stays the user's page: what the user writes after reclaim the device reads, and back; since 5.19"
                + " it is not even unmapped";
    }

    @Override
    public String breakingSchedule() {
        return """
                reclaim (SKIP_PINNED)                 | GUP-fast
                no pins: goes on                      |
                                                      | takes its pin; the entry is unchanged, ok
                puts the page into the swap cache     |
                replaces the entry by a swap entry    |
                too many references: keeps the page   |
                the user reads: swap-in maps the page read-only
                the user writes: fault, too many references, copy: the pin holds the old page""";
    }

    @Override
    public List<String> notModelled() {
        return List.of(
                "more than one mapping of the page (missed: races with the second mapping's fork or fault)",
                "what the queueing of a flush for later orders by itself: on x86 a locked increment, on arm64 a DSB (may reach more)",
                "writeback that is still running at swap-in: the device writes at once here (missed unnecessary copies)",
                "a store through a stale TLB entry while the flush is deferred (missed lost stores)",
                "reclaim of a page that is in the swap cache already: SKIP_PINNED does not look there (missed)");
    }

    @Override
    public List<String> actors() {
        return List.of("reclaim", "GUP-fast");
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
    enum Fix implements Candidate {
        MAPCOUNT_REUSE(
                Origin.history("<= 5.8", "-", "anon-b0", "a write fault reuses a page with one mapping, pinned or not"),
                GupFast.V5_8,
                Reclaim.V5_8,
                Share.V5_18,
                ReuseRule.MAPCOUNT,
                at -> NEVER),
        REFCOUNT_REUSE(
                Origin.history(
                        "5.9 .. 5.10",
                        "09854ba94c6a",
                        "anon-b1",
                        "a write fault copies a page with more than one reference; reclaim does not look for pins"),
                GupFast.V5_9,
                Reclaim.V5_8,
                Share.V5_18,
                ReuseRule.REFCOUNT,
                at -> at.is(Then.READ_THEN_WRITE) ? SEQUENTIAL : NEVER),
        SKIP_PINNED(
                Origin.history(
                        "5.11 .. 5.17", "feb889fb40fa", "anon-b2", "reclaim first looks for pins, and never again"),
                GupFast.V5_14,
                Reclaim.V5_11,
                Share.V5_18,
                ReuseRule.REFCOUNT,
                at -> at.is(Then.WRITE) ? NEVER : unseen(at)),
        SKIP_PINNED_REFCOUNT_SWAP_IN(
                Origin.history(
                        "5.18",
                        "c145e0b47c77",
                        "anon-b2, 5.18",
                        "as SKIP_PINNED, and swap-in too reuses by the refcount only"),
                GupFast.V5_14,
                Reclaim.V5_11,
                Share.V5_18,
                ReuseRule.REFCOUNT_WITHOUT_SWAPCACHE,
                at -> unseen(at)),
        SHARE_UNDER_CLEARED_PTE(
                Origin.history(
                        "5.19 .. 6.0",
                        "6c287605fd56",
                        "anon-b3",
                        "reclaim clears and flushes the entry, looks for pins again, and gives up exclusivity only then"),
                GupFast.V5_19,
                Reclaim.V5_19,
                Share.V5_19,
                ReuseRule.EXCLUSIVE,
                at -> at.is(Reference.PIN) && !at.is(On.X86) ? WEAK : NEVER),
        SHARE_WITH_FENCES(
                Origin.history(
                        "6.1 .. 6.3",
                        "088b8aa537c2",
                        "anon-b4",
                        "as before, with full fences on both sides instead of the flush; mainline without the second look"),
                GupFast.V6_1,
                Reclaim.V5_19,
                Share.V6_1,
                ReuseRule.EXCLUSIVE,
                at -> NEVER),
        KEEP_PINNED_AFTER_UNMAP(
                Origin.mainline(
                        ">= 6.4",
                        "d824ec2a1546",
                        "anon-b5",
                        "as before, and a page that looks pinned after unmapping is kept"),
                GupFast.V6_1,
                Reclaim.V6_4,
                Share.V6_1,
                ReuseRule.EXCLUSIVE,
                at -> NEVER),
        NO_EXCLUSIVE_SWAP_ENTRY(
                Origin.history(
                        "5.19 .. 6.2, some architectures",
                        "-",
                        "anon-b4, no EXCL",
                        "as SHARE_WITH_FENCES where swap entries cannot remember exclusivity: pins need no such memory, ordinary"
                                + " references do, and were never promised to stay in sync"),
                GupFast.V6_1,
                Reclaim.V5_19.without(Reclaim.Step.EXCLUSIVE_SWAP_ENTRY),
                Share.V6_1,
                ReuseRule.EXCLUSIVE,
                at -> at.is(Reference.GET) ? SEQUENTIAL : NEVER),
        SHARE_CHECK_BEFORE_CLEAR(
                "mainline, but reclaim looks for pins before it clears the entry",
                GupFast.V6_1,
                Reclaim.V6_4,
                Share.V6_1.without(Share.Step.SHARE_CHECK).with(Share.Step.SHARE_CHECK_BEFORE_CLEAR),
                at -> SC),
        DROP_SHARE_CHECK(
                "mainline, but reclaim gives up exclusivity without looking for pins again",
                GupFast.V6_1,
                Reclaim.V6_4,
                Share.V6_1.without(Share.Step.SHARE_CHECK),
                at -> SC),
        DROP_SHARE(
                "mainline, but reclaim unmaps without giving up exclusivity first",
                GupFast.V6_1,
                Reclaim.V6_4.without(Reclaim.Step.SHARE),
                Share.V6_1,
                at -> SEQUENTIAL),
        CLEAR_PLAINLY_WITHOUT_FENCE(
                "mainline, but reclaim clears the entry by a plain store and has no fence before it looks for pins; on x86"
                        + " the swap cluster's lock, taken in between to count the swap entry, is fence enough",
                GupFast.V6_1,
                Reclaim.V6_4,
                Share.V6_1.with(Share.Step.CLEAR_PLAINLY).without(Share.Step.FENCE_BEFORE_SHARE_CHECK),
                at -> at.is(On.X86_BATCHED) || at.is(On.ARM64_BATCHED) ? WEAK : NEVER),
        DROP_SHARE_FENCE(
                "mainline, but reclaim has no fence between the cleared entry and the look for pins",
                GupFast.V6_1,
                Reclaim.V6_4,
                Share.V6_1.without(Share.Step.FENCE_BEFORE_SHARE_CHECK),
                at -> at.is(On.ARM64_BATCHED) ? WEAK : NEVER),
        DROP_PTE_RECHECK(
                "mainline, but GUP-fast does not compare the entry after it took its reference",
                GupFast.V6_1.without(GupFast.Step.RECHECK_PTE),
                Reclaim.V6_4,
                Share.V6_1,
                at -> at.is(On.X86) ? NEVER : SC),
        DROP_PIN_FENCE(
                "mainline, but GUP-fast has no fence after its pin",
                GupFast.V6_1.without(GupFast.Step.FENCE_AFTER_PIN),
                Reclaim.V6_4,
                Share.V6_1,
                at -> at.is(On.X86) ? NEVER : WEAK),
        DROP_RESTORE(
                "mainline, but reclaim does not put the entry back when it finds a pin",
                GupFast.V6_1,
                Reclaim.V6_4,
                Share.V6_1.without(Share.Step.RESTORE_WHEN_BUSY),
                at -> SC),
        KEEP_EXCLUSIVE_BIT(
                "mainline, but reclaim leaves the page marked exclusive",
                GupFast.V6_1,
                Reclaim.V6_4,
                Share.V6_1.without(Share.Step.CLEAR_EXCLUSIVE),
                at -> SEQUENTIAL),
        DROP_SKIP_PINNED(
                "mainline, but reclaim does not look for pins first",
                GupFast.V6_1,
                Reclaim.V6_4.without(Reclaim.Step.SKIP_PINNED),
                Share.V6_1,
                at -> NEVER);

        private final Origin origin;
        private final Steps<GupFast.Step> gup;
        private final Steps<Reclaim.Step> reclaim;
        private final Steps<Share.Step> share;
        private final ReuseRule reuse;
        private final Function<Place, Reachability> expected;

        Fix(
                Origin origin,
                Steps<GupFast.Step> gup,
                Steps<Reclaim.Step> reclaim,
                Steps<Share.Step> share,
                ReuseRule reuse,
                Function<Place, Reachability> expected) {
            this.origin = origin;
            this.gup = gup;
            this.reclaim = reclaim;
            this.share = share;
            this.reuse = reuse;
            this.expected = expected;
        }

        /** A mutant of mainline. */
        Fix(
                String difference,
                Steps<GupFast.Step> gup,
                Steps<Reclaim.Step> reclaim,
                Steps<Share.Step> share,
                Function<Place, Reachability> expected) {
            this(Origin.mutant("anon-b mutants", difference), gup, reclaim, share, ReuseRule.EXCLUSIVE, expected);
        }

        /** A first look that finds pins leaves a race for pins, and nothing at all for ordinary references. */
        private static Reachability unseen(Place at) {
            return at.is(Reference.PIN) ? SC : SEQUENTIAL;
        }

        private boolean isMutant() {
            return kind() == Kind.MUTANT;
        }

        /** Whether an exclusive page must stay mapped while it is pinned. */
        private boolean promisesMapped() {
            return reuse == ReuseRule.EXCLUSIVE;
        }

        /** The step of a mutant concerns pins, and no ordinary reference is counted in a word of its own. */
        @Override
        public boolean has(Place at) {
            return at.is(Reference.PIN)
                    ? !isMutant() || at.is(Then.READ_THEN_WRITE) || this == SHARE_CHECK_BEFORE_CLEAR
                    : !isMutant() && at.is(FolioSize.SMALL) && (at.is(On.X86_BATCHED) || at.is(On.ARM64));
        }

        @Override
        public Reachability reachableFrom(Place at) {
            return expected.apply(at);
        }

        @Override
        public Fix control(Place at) {
            if (!promisesMapped()) {
                return SKIP_PINNED_REFCOUNT_SWAP_IN;
            }
            return at.is(Reference.PIN) ? SHARE_CHECK_BEFORE_CLEAR : NO_EXCLUSIVE_SWAP_ENTRY;
        }

        /**
         * Each variant once under the batched flush that reclaim uses, and the twins that decide a verdict. Mutants that do no
         * harm on x86 are left to the explorer.
         */
        @Override
        public boolean isPlanned(Place at) {
            boolean harmless = isMutant() && !reachableFrom(at).isReachableOn(Reachability.TSO);
            boolean common = at.is(Reference.PIN) && at.is(Then.READ_THEN_WRITE) && !harmless;
            boolean direct = at.is(Reference.PIN) && at.is(Then.WRITE) && this == SKIP_PINNED_REFCOUNT_SWAP_IN;
            boolean twin = at.is(Reference.GET)
                    && at.is(Then.READ_THEN_WRITE)
                    && (this == REFCOUNT_REUSE || this == KEEP_PINNED_AFTER_UNMAP || this == NO_EXCLUSIVE_SWAP_ENTRY);
            return at.is(FolioSize.SMALL) && at.is(On.X86_BATCHED) && (common || direct || twin);
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of(reclaim, share, gup);
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
        return List.of(
                List.of(Reference.values()), List.of(FolioSize.values()), List.of(Then.values()), List.of(On.values()));
    }

    /** One page, mapped writable once, isolated by reclaim; an empty swap slot; a free page for whoever copies. */
    private static final class State implements Scenario<Reclaim.End, GupFast.Grab> {
        private static final long BEFORE_RECLAIM = 1;
        private static final long USER_WROTE = 2;
        private static final long DEVICE_WROTE = 3;

        private final Fix fix;
        private final Reference reference;
        private final Then then;
        private final Folio folio;
        private final Mm mm;
        private final Reclaim reclaim;
        private final GupFast gupFast;
        private final UserAccess user;

        State(Machine machine, Place at, Changes changes, Fix fix) {
            this.fix = fix;
            reference = at.the(Reference.class);
            then = at.the(Then.class);
            Platform platform = at.the(On.class).platform();
            folio = new Folio(
                    machine,
                    "folio",
                    1,
                    at.is(FolioSize.LARGE),
                    new Folio.Initially(
                            2,
                            1,
                            Folio.UPTODATE | (fix.promisesMapped() ? Folio.ANON_EXCLUSIVE : 0),
                            Folio.ANON,
                            BEFORE_RECLAIM));
            Folio spare = new Folio(machine, "copy", 2, false, Folio.Initially.FREE);
            MemMap memMap = new MemMap(machine, List.of(folio, spare));
            PageTable table = new PageTable(machine, "mm", Pte.present(1, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
            mm = new Mm(machine, "mm", table, new Tlb(machine, platform.flush(), 2), true);
            SwapSpace swap = new SwapSpace(machine, false);
            Share share = changes.replace(new Share(machine, mm.tlb, platform, changes.keep(fix.share)));
            reclaim = changes.replace(new Reclaim(mm, swap, share, changes.keep(fix.reclaim)));
            gupFast = changes.replace(new GupFast(machine, mm, memMap, changes.keep(fix.gup)));
            user = new UserAccess(
                    mm,
                    memMap,
                    changes.replace(new WriteFault(mm, memMap, swap, FreeFolios.only(spare), fix.reuse)),
                    changes.replace(new SwapIn(mm, memMap, swap, FreeFolios.only(spare), fix.reuse)));
        }

        @Override
        public Reclaim.End first() {
            return reclaim.shrink(folio, 0);
        }

        @Override
        public GupFast.Grab second() {
            return gupFast.grab(1, 0, GupFast.FOLL_WRITE | reference.flag());
        }

        @Override
        public Outcome judge(Reclaim.End reclaimed, GupFast.Grab grab) {
            long entry = mm.table.pte(0).readOnce();
            if (Pte.isNone(entry)) {
                return End.PAGE_LOST;
            }
            boolean swappedYetExclusive = Pte.has(entry, Pte.SWAP) && folio.test(Folio.ANON_EXCLUSIVE);
            if (grab.isPinned() && !inSync()) {
                return End.OUT_OF_SYNC;
            }
            if (grab.isPinned() && reclaimed.isUnmapped() && fix.promisesMapped() && reference == Reference.PIN) {
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
                return fix.reclaim.has(Reclaim.Step.SKIP_PINNED) ? End.SHARE_REFUSED : End.KEPT_FOR_PIN;
            }
            return grab.end().isUndone() ? End.PIN_UNDONE : End.PIN_TOO_LATE;
        }

        /** After reclaim, what the user writes the device reads through its reference, and back. */
        private boolean inSync() {
            if (then == Then.READ_THEN_WRITE) {
                user.load(0, 0);
            }
            user.store(0, 0, USER_WROTE);
            boolean deviceSees = folio.data.readOnce() == USER_WROTE;
            folio.data.writeOnce(DEVICE_WROTE);
            return deviceSees && user.load(0, 0) == DEVICE_WROTE;
        }
    }
}
