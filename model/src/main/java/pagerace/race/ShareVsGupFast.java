// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Dimensions.Access.READ;
import static pagerace.race.Dimensions.Access.WRITE;
import static pagerace.race.Dimensions.Mapped.LARGE;
import static pagerace.race.Dimensions.Mapped.SMALL;
import static pagerace.race.Dimensions.On.ARM64;
import static pagerace.race.Dimensions.On.ARM64_BATCHED;
import static pagerace.race.Dimensions.On.X86;
import static pagerace.race.Dimensions.On.X86_BATCHED;
import static pagerace.race.Dimensions.On.X86_BROADCAST;
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
import static pagerace.race.ShareVsGupFast.Sharer.KSM;
import static pagerace.race.ShareVsGupFast.Sharer.UNMAP;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.Steps;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.KsmMerge;
import pagerace.mm.op.Linux;
import pagerace.mm.op.ReuseRule;
import pagerace.mm.op.Share;
import pagerace.mm.op.TryToMigrate;
import pagerace.race.Dimensions.Access;
import pagerace.race.Dimensions.Mapped;
import pagerace.race.Dimensions.On;
import pagerace.race.Dimensions.Reference;

/** Somebody clears an entry, looks for pins and gives up the page's exclusivity, while GUP-fast pins and looks at the entry. */
@Race.Head(
        question =
                "Can whoever gives up a page's exclusivity, to unmap it for migration or to merge it by KSM, miss a pin that"
                        + " GUP-fast takes at the same time and keeps?",
        anchor =
                "folio_try_share_anon_rmap_pte under try_to_migrate_one, write_protect_page and replace_page, against gup_fast;"
                        + " 6c287605fd56 (PG_anon_exclusive), c24d37322548 (pins in two steps), 088b8aa537c2 (fences), b3a81d0841a9"
                        + " (KSM and pending flushes)",
        references = {
            "20220901083559.67446-1-david@redhat.com: David Hildenbrand, 1 September 2022, the patch that became 088b8aa537c2; he could not reproduce the reordering"
        },
        invariant =
                "a page that is pinned stays exclusive and mapped where it is: whoever replaces its entry has seen no pin, and"
                        + " GUP-fast keeps none that could have been missed",
        actors = {"sharer", "GUP-fast"},
        breakingSchedule = """
                sharer (PLAIN_CLEAR)                  | GUP-fast
                takes the page-table lock             |
                clears the entry: in the store buffer |
                reads the pins: none                  |
                                                      | reads the entry: still writable
                                                      | takes its pin, with a full fence
                                                      | reads the entry again: unchanged, ok
                clears the exclusive bit              |
                installs a migration entry            |
                the page is unmapped under a pin, and no longer exclusive: it may be copied or shared""",
        notModelled = {
            "what follows the migration entry: migration counts references once more before it copies, and fails for a pin"
                    + " that is visible by then (false alarms, as far as that count alone would do)",
            "what the queueing of a flush for later orders by itself: on x86 a locked increment, on arm64 a DSB (may reach more)",
            "huge pages mapped by a PMD, whose sharing is the same protocol on another word (missed)",
            "a device that writes while KSM compares contents (missed)",
            "slow GUP: the page-table lock orders its references, and what it unshares it copies while KSM holds the page"
                    + " (nothing missed)"
        })
public final class ShareVsGupFast extends CatalogueRace {
    /** The race. */
    public ShareVsGupFast() {
        super(
                End.values(),
                Fix.values(),
                List.of(Sharer.values()),
                List.of(Reference.values()),
                List.of(Access.values()),
                List.of(Mapped.values()),
                List.of(On.values()));
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("the reference was there before the sharer looked: it left or put back the entry")
        KEPT_FOR_REFERENCE,
        @Permitted("the entry had been replaced before GUP-fast came, or permitted no pin any more")
        TOO_LATE,
        @Permitted("GUP-fast came after the merge: it holds the KSM page, as the entry does")
        HOLDS_KSM_PAGE,
        @Permitted(
                "an ordinary reference for reading stayed on the old page when the entry came to map the KSM page: of equal"
                        + " content, and never promised to see what the user writes later")
        LEFT_BEHIND,
        @Permitted("GUP-fast found no entry while KSM had it cleared for a moment")
        FOUND_CLEARED,
        @Window("GUP-fast took its reference, saw that the entry had changed, and gave it back")
        PIN_UNDONE,
        @Window(
                "the sharer saw a reference and put the entry back; GUP-fast had seen it cleared, and undid that reference")
        KEPT_FOR_UNDONE_PIN,
        @Forbidden("the sharer gave up exclusivity and unmapped the page although the pin stayed on it")
        PINNED_YET_UNMAPPED,
        @Forbidden("the entry came to map the KSM page although the pin stayed on the old one")
        OUT_OF_SYNC,
        @Forbidden("the entry was replaced while the page was still marked exclusive")
        REPLACED_YET_EXCLUSIVE,
        @Forbidden("the sharer backed off without putting the entry back: the user's page is gone")
        PAGE_LOST,
        @Forbidden("the page was kept, but not as it had been: it is no longer marked exclusive, or has another entry")
        KEPT_YET_SHARED
    }

    /** Who gives up exclusivity. */
    @Dimension.Called("sharer")
    enum Sharer implements Dimension {
        @Means("try_to_migrate_one: the new entry is not present")
        UNMAP,
        @Means(
                "KSM's write_protect_page: the new entry is read-only, and perhaps equal to the old one; replace_page follows")
        KSM
    }

    /** Every fix, the oldest first. */
    enum Fix implements Listed {
        KSM_COUNTS_REFERENCES(eachSharer(history(
                        "2.6.32 .. 5.18",
                        "-",
                        Linux.V5_14, // of their pins the one with the least order
                        "KSM looks for references if the entry is writable or dirty; nothing knows of exclusivity"))
                .in(KSM) // unmapping shared nothing in those kernels
                .breaks(SEQUENTIAL, PIN, READ)),
        KSM_COUNTS_REFERENCES_FLUSH_PENDING(eachSharer(history(
                        "4.13 .. 5.18",
                        "b3a81d0841a9",
                        Linux.V5_14.with(KsmMerge.Step.CLEAR_FOR_PENDING_FLUSH),
                        "as KSM_COUNTS_REFERENCES, while somebody's flush is pending: KSM looks for references even if the entry is"
                                + " read-only and clean"))
                .in(KSM, READ) // a writable entry is cleared anyway
                .breaks(SC, PIN)),
        KSM_COUNTS_REFERENCES_FLUSH_SKIPPED(
                eachSharer(history(
                                "3.7 .. 5.9, arm64",
                                "-",
                                Linux.V5_9.without(KsmMerge.Step.FLUSH),
                                "as KSM_COUNTS_REFERENCES, of an entry without the accessed bit, which arm64 did not flush before 07509e10dcc7:"
                                        + " nothing orders the cleared entry before the look for references"))
                        .in(KSM, WRITE) // a read-only entry is not even cleared
                        .breaks(WEAK, ARM64),
                0),
        CLEAR_AND_FLUSH(halfPin(eachSharer(history(
                        "5.19 .. 6.0",
                        "6c287605fd56",
                        Linux.V5_19,
                        "the sharer clears and flushes the entry, looks for pins, and gives up exclusivity only then; the second half"
                                + " of a pin has no order")))
                .breaks(WEAK, KSM, PIN, READ)),
        CLEAR_AND_FENCE(fenced(eachSharer(mainline(
                ">= 6.1",
                "088b8aa537c2",
                Linux.V6_1,
                "full fences between entry and pins, on both sides; the exclusive bit goes before a new entry comes, and is"
                        + " read after it")))),
        PIN_IN_ONE(fenced(proposal(
                        PRESENT.with(GupFast.Step.PIN_IN_ONE).without(GupFast.Step.FENCE_AFTER_PIN),
                        "mainline, but a pin of a small folio is one fully ordered addition, and needs no fence after it")
                .in(PIN, SMALL)
                .onThreads(UNMAP, SMALL, WRITE, X86_BATCHED))),
        PLAIN_CLEAR(mutation(
                        PRESENT.with(Share.Step.CLEAR_PLAINLY).without(Share.Step.FENCE_BEFORE_SHARE_CHECK),
                        "the sharer clears the entry by a plain store and has no fence before it looks for pins")
                .breaks(TSO, X86_BATCHED)
                .breaks(TSO, ARM64_BATCHED)
                .onThreads(UNMAP, SMALL, WRITE, X86_BATCHED)),
        CHECK_BEFORE_CLEAR(eachSharer(mutation(
                        PRESENT.without(Share.Step.SHARE_CHECK, KsmMerge.Step.REFERENCE_CHECK)
                                .with(Share.Step.SHARE_CHECK_BEFORE_CLEAR, KsmMerge.Step.REFERENCE_CHECK_BEFORE_CLEAR),
                        "the sharer looks for references and pins before it clears the entry"))
                .in(WRITE)
                .breaks(SC)),
        DROP_CLEAR_FENCE(mutation(
                        PRESENT.without(Share.Step.FENCE_BEFORE_SHARE_CHECK),
                        "the sharer has no fence between the cleared entry and the look for pins; hardware queues a deferred flush"
                                + " by a barrier (arm64) or a locked instruction (x86), so this is the memory model's alone")
                .breaks(WEAK, ARM64_BATCHED)),
        FENCE_INSIDE_PIN(halfPin(mutation(
                PRESENT.without(GupFast.Step.FENCE_AFTER_PIN).with(GupFast.Step.FENCE_INSIDE_PIN),
                "GUP-fast's full fence stands between the two halves of its pin"))),
        DROP_PIN_FENCE(halfPin(
                mutation(PRESENT.without(GupFast.Step.FENCE_AFTER_PIN), "GUP-fast has no fence after its pin"))),
        DROP_SHARE_FENCE(mutation(
                        PRESENT.without(Share.Step.FENCE_AFTER_SHARE),
                        "the sharer has no fence between the cleared exclusive bit and the new entry")
                .breaks(WEAK, KSM, READ)),
        DROP_EXCLUSIVE_FENCE(mutation(
                        PRESENT.without(GupFast.Step.FENCE_BEFORE_EXCLUSIVE),
                        "GUP-fast has no read fence between the entry and the exclusive bit")
                .notIn(WRITE) // a writable entry is exclusive anyway
                .breaks(WEAK, KSM)
                .holds(X86)),
        DROP_EXCLUSIVE_CHECK(mutation(
                        PRESENT.without(GupFast.Step.REQUIRE_EXCLUSIVE),
                        "GUP-fast pins through a read-only entry whether the page is exclusive or not")
                .notIn(WRITE) // a writable entry is exclusive anyway
                .breaks(SC, KSM)
                .onThreads(KSM, PIN, READ, X86_BROADCAST)),
        DROP_PTE_RECHECK(mutation(
                        PRESENT.without(GupFast.Step.RECHECK_PTE),
                        "GUP-fast does not compare the entry after it took its reference")
                .breaks(SC)
                .holds(X86)
                .onThreads(UNMAP, SMALL, WRITE, X86_BATCHED)),
        DROP_SHARE_CHECK(mutation(
                        PRESENT.without(Share.Step.SHARE_CHECK),
                        "the sharer gives up exclusivity without looking for pins")
                .breaks(SEQUENTIAL, UNMAP)),
        DROP_REFERENCE_CHECK(counting(
                        PRESENT.without(KsmMerge.Step.REFERENCE_CHECK),
                        "KSM looks for pins only, not for other references")
                .breaks(SEQUENTIAL, GET)),
        SKIP_FLUSH(counting(
                        PRESENT.without(KsmMerge.Step.FLUSH),
                        "KSM does not flush the entry that it cleared; since 5.10 no flush of an entry that GUP-fast takes is skipped")
                .breaks(WEAK, GET, ARM64)),
        DROP_RESTORE(backingOff(
                PRESENT.without(Share.Step.RESTORE_WHEN_BUSY),
                "the sharer does not put the entry back when it finds a pin")),
        CLEAR_BIT_BEFORE_CHECK(backingOff(
                PRESENT.without(Share.Step.CLEAR_EXCLUSIVE).with(Share.Step.CLEAR_EXCLUSIVE_BEFORE_CHECK),
                "the sharer clears the exclusive bit before it looks for pins, and leaves it so when it backs off")),
        KEEP_EXCLUSIVE_BIT(
                mutation(PRESENT.without(Share.Step.CLEAR_EXCLUSIVE), "the sharer leaves the page marked exclusive")
                        .breaks(SEQUENTIAL));

        private final Row row;
        private final long accessed;

        Fix(Row row) {
            this(row, Pte.ACCESSED);
        }

        /**
         * KSM merges small pages only, and never leaves a flush for later. Unmapping looks for pins only; of the
         * flushes that wait for nobody the batched one is the harder case.
         *
         * @param accessed whether the entry has been used since it was made or aged: the flag, or 0
         */
        Fix(Row row, long accessed) {
            this.row = row.notIn(KSM, LARGE)
                    .notIn(KSM, X86_BATCHED)
                    .notIn(KSM, ARM64_BATCHED)
                    .notIn(UNMAP, GET)
                    .notIn(UNMAP, X86_BROADCAST);
            this.accessed = accessed;
        }

        /**
         * Threads run it once per sharer, where it is not protected by what else the platform does: unmapping of a
         * writable entry under a batched flush, and KSM with a read-only entry.
         */
        private static Row eachSharer(Row row) {
            return row.onThreads(UNMAP, SMALL, WRITE, X86_BATCHED).onThreads(KSM, PIN, READ, X86_BROADCAST);
        }

        /** Most steps are about pins. Mutants that one actor after the other shows are the explorer's. */
        private static Row mutation(Kernel kernel, String difference) {
            return mutant(kernel, "mainline, but " + difference).in(PIN);
        }

        /** Its step is about the references that KSM counts; of ordinary ones for reading nothing is promised. */
        private static Row counting(Kernel kernel, String difference) {
            return mutation(kernel, difference).in(WRITE).notIn(UNMAP);
        }

        /** Its step matters when a pin is found. Where a flush waits for walkers, KSM's count finds every pin first. */
        private static Row backingOff(Kernel kernel, String difference) {
            return mutation(kernel, difference)
                    .notIn(KSM, X86)
                    .breaks(SEQUENTIAL, UNMAP)
                    .breaks(SC, KSM);
        }

        /**
         * A look for pins that waits for no walker misses a pin whose second half may be late. KSM also
         * counts references, and the fully ordered first half is one.
         */
        private static Row halfPin(Row row) {
            return row.breaks(WEAK, UNMAP).holds(UNMAP, X86);
        }

        /** What holds by its fences is measured against a lack of order, as far as x86 shows one. */
        private static Row fenced(Row row) {
            return row.control(() -> PLAIN_CLEAR, X86_BATCHED).control(() -> PLAIN_CLEAR, ARM64_BATCHED);
        }

        @Override
        public Row row() {
            return row;
        }

        /** Of ordinary references for reading nothing is promised, so nothing can be broken. */
        @Override
        public @Nullable Fix usualControl(Place at) {
            return at.is(GET) && at.is(READ) ? null : CHECK_BEFORE_CLEAR;
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            Steps<Share.Step> share = row.kernel().steps(Share.Step.class);
            Steps<GupFast.Step> gup = row.kernel().steps(GupFast.Step.class);
            return at.is(KSM) ? List.of(row.kernel().steps(KsmMerge.Step.class), share, gup) : List.of(share, gup);
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new State(machine, at, kernel, accessed);
        }
    }

    /** One page, mapped once and held by the sharer, and a KSM page of the same content. */
    private static final class State implements Scenario.OfTwo<Enum<?>, GupFast.Grab> {
        private static final long CONTENT = 1;
        private static final long DEVICE_WROTE = 2;

        private final Sharer sharer;
        private final int flags;
        private final boolean exclusive;
        private final long initialEntry;
        private final Folio folio;
        private final Folio ksmPage;
        private final Mm mm;
        private final TryToMigrate migration;
        private final KsmMerge ksm;
        private final GupFast gupFast;

        State(Machine machine, Place at, Kernel kernel, long accessed) {
            sharer = at.the(Sharer.class);
            Access access = at.the(Access.class);
            flags = access.flag() | at.the(Reference.class).flag();
            exclusive = kernel.policy(ReuseRule.MAPCOUNT) == ReuseRule.EXCLUSIVE;
            Scene scene = new Scene(machine, at.the(On.class).platform());
            folio = scene.anon("folio")
                    .large(at.is(Mapped.LARGE))
                    .exclusive(exclusive)
                    .mapped()
                    .held() // by the sharer
                    .holding(CONTENT);
            ksmPage = scene.anon("ksm").mapped().holding(CONTENT); // mapped elsewhere
            initialEntry = Pte.present(folio.pfn, accessed | (access == Access.WRITE ? Pte.WRITE : 0));
            mm = scene.mm("mm").hasPinned(true).mapping(initialEntry);
            Share share = kernel.replace(new Share(kernel, mm));
            migration = kernel.replace(new TryToMigrate(mm, share));
            ksm = kernel.replace(new KsmMerge(kernel, mm, share));
            gupFast = kernel.replace(new GupFast(kernel, mm));
        }

        @Override
        public Enum<?> first() {
            return sharer == Sharer.UNMAP
                    ? migration.unmap(folio, mm.entry(0))
                    : ksm.merge(folio, mm.entry(0), ksmPage);
        }

        @Override
        public GupFast.Grab second() {
            return gupFast.grab(0, mm.entry(0), flags);
        }

        @Override
        public Outcome judge(Enum<?> shared, GupFast.Grab grab) {
            long entry = mm.entry(0).word.readOnce();
            if (Pte.isNone(entry)) {
                return End.PAGE_LOST;
            }
            if (grab.isPinned()) {
                return ofReference(entry, grab.pfn());
            }
            if (Pte.isPresent(entry) && Pte.pfn(entry) == folio.pfn) {
                return asItWas(entry) ? End.KEPT_FOR_UNDONE_PIN : End.KEPT_YET_SHARED;
            }
            if (folio.test(Folio.ANON_EXCLUSIVE)) {
                return End.REPLACED_YET_EXCLUSIVE;
            }
            if (sharer == Sharer.KSM && grab.end() == GupFast.End.NOT_PRESENT) {
                return End.FOUND_CLEARED;
            }
            return grab.end() == GupFast.End.UNDONE_PTE ? End.PIN_UNDONE : End.TOO_LATE;
        }

        /** Whether a page that was kept lost nothing by the attempt. */
        private boolean asItWas(long entry) {
            return entry == initialEntry && folio.test(Folio.ANON_EXCLUSIVE) == exclusive;
        }

        /** GUP-fast kept a reference to page {@code pfn}: does the device write where the user reads? */
        private End ofReference(long entry, int pfn) {
            if (!Pte.isPresent(entry)) {
                return End.PINNED_YET_UNMAPPED;
            }
            mm.memMap.stableFolioOf(pfn).data.writeOnce(DEVICE_WROTE);
            if (mm.memMap.stableFolioOf(Pte.pfn(entry)).data.readOnce() == DEVICE_WROTE) {
                return pfn != folio.pfn
                        ? End.HOLDS_KSM_PAGE
                        : asItWas(entry) ? End.KEPT_FOR_REFERENCE : End.KEPT_YET_SHARED;
            }
            boolean promisedNothing = flags == 0; // neither a pin nor for writing
            return promisedNothing ? End.LEFT_BEHIND : End.OUT_OF_SYNC;
        }
    }
}
