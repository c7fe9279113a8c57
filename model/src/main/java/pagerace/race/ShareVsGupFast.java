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
import pagerace.mm.Folio;
import pagerace.mm.MemMap;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.KsmMerge;
import pagerace.mm.op.Share;
import pagerace.mm.op.Steps;
import pagerace.mm.op.TryToMigrate;
import pagerace.race.Dimensions.Access;
import pagerace.race.Dimensions.FolioSize;
import pagerace.race.Dimensions.On;
import pagerace.race.Dimensions.Reference;

/** Somebody clears an entry, looks for pins and gives up the page's exclusivity, while GUP-fast pins and looks at the entry. */
public final class ShareVsGupFast implements Race {
    @Override
    public String question() {
        return "Can whoever gives up a page's exclusivity, to unmap it for migration or to merge it by KSM, miss a pin that"
                + " GUP-fast takes at the same time and keeps?";
    }

    @Override
    public String anchor() {
        return "folio_try_share_anon_rmap_pte under try_to_migrate_one, write_protect_page and replace_page, against gup_fast;"
                + " 6c287605fd56 (PG_anon_exclusive), c24d37322548 (pins in two steps), 088b8aa537c2 (fences), b3a81d0841a9"
                + " (KSM and pending flushes)";
    }

    @Override
    public List<String> references() {
        return List.of(
                "20220901083559.67446-1-david@redhat.com: David Hildenbrand, 1 September 2022, the patch that became 088b8aa537c2; he could not reproduce the reordering");
    }

    @Override
    public String invariant() {
        return "a page that is pinned stays exclusive and mapped where it is: whoever replaces its entry has seen no pin, and"
                + " GUP-fast keeps none that could have been missed";
    }

    @Override
    public String breakingSchedule() {
        return """
                sharer (PLAIN_CLEAR)                  | GUP-fast
                takes the page-table lock             |
                clears the entry: in the store buffer |
                reads the pins: none                  |
                                                      | reads the entry: still writable
                                                      | takes its pin, with a full fence
                                                      | reads the entry again: unchanged, ok
                clears the exclusive bit              |
                installs a migration entry            |
                the page is unmapped under a pin, and no longer exclusive: it may be copied or shared""";
    }

    @Override
    public List<String> notModelled() {
        return List.of(
                "what follows the migration entry: migration counts references once more before it copies, and fails for a pin"
                        + " that is visible by then (false alarms, as far as that count alone would do)",
                "what the queueing of a flush for later orders by itself: on x86 a locked increment, on arm64 a DSB (may reach more)",
                "huge pages mapped by a PMD, whose sharing is the same protocol on another word (missed)",
                "a device that writes while KSM compares contents (missed)",
                "slow GUP: the page-table lock orders its references, and what it unshares it copies while KSM holds the page"
                        + " (nothing missed)");
    }

    @Override
    public List<String> actors() {
        return List.of("sharer", "GUP-fast");
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
    enum Fix implements Candidate {
        KSM_COUNTS_REFERENCES(
                Origin.history(
                        "2.6.32 .. 5.18",
                        "-",
                        "anon-f1",
                        "KSM looks for references if the entry is writable or dirty; nothing knows of exclusivity"),
                GupFast.V5_14, // of their pins the one with the least order
                Share.V5_18,
                KsmMerge.V5_18,
                at -> at.is(Access.READ) && at.is(Reference.PIN) ? SEQUENTIAL : NEVER) {
            @Override
            boolean concerns(Place at) {
                return at.is(Sharer.KSM); // unmapping shared nothing in those kernels
            }
        },
        KSM_COUNTS_REFERENCES_FLUSH_PENDING(
                Origin.history(
                        "4.13 .. 5.18",
                        "b3a81d0841a9",
                        "anon-f1, flush pending",
                        "as KSM_COUNTS_REFERENCES, while somebody's flush is pending: KSM looks for references even if the entry is"
                                + " read-only and clean"),
                GupFast.V5_14,
                Share.V5_18,
                KsmMerge.V5_18.with(KsmMerge.Step.CLEAR_FOR_PENDING_FLUSH),
                at -> at.is(Reference.PIN) ? SC : NEVER) {
            @Override
            boolean concerns(Place at) {
                return at.is(Sharer.KSM) && at.is(Access.READ); // a writable entry is cleared anyway
            }
        },
        KSM_COUNTS_REFERENCES_FLUSH_SKIPPED(
                Origin.history(
                        "3.7 .. 5.9, arm64",
                        "-",
                        "anon-f1, K3",
                        "as KSM_COUNTS_REFERENCES, of an entry without the accessed bit, which arm64 did not flush before 07509e10dcc7:"
                                + " nothing orders the cleared entry before the look for references"),
                GupFast.V5_9,
                Share.V5_18,
                KsmMerge.V5_18.without(KsmMerge.Step.FLUSH),
                at -> at.is(On.ARM64) ? WEAK : NEVER) {
            @Override
            long accessed() {
                return 0;
            }

            @Override
            boolean concerns(Place at) {
                return at.is(Sharer.KSM) && at.is(Access.WRITE); // a read-only entry is not even cleared
            }
        },
        CLEAR_AND_FLUSH(
                Origin.history(
                        "5.19 .. 6.0",
                        "6c287605fd56",
                        "anon-c1, c1', anon-f2",
                        "the sharer clears and flushes the entry, looks for pins, and gives up exclusivity only then; the second half"
                                + " of a pin has no order"),
                GupFast.V5_19,
                Share.V5_19,
                KsmMerge.V5_19,
                at -> at.is(Sharer.UNMAP) ? halfPin(at) : at.is(Reference.PIN) && at.is(Access.READ) ? WEAK : NEVER),
        CLEAR_AND_FENCE(
                Origin.mainline(
                        ">= 6.1",
                        "088b8aa537c2",
                        "anon-c3, anon-f3",
                        "full fences between entry and pins, on both sides; the exclusive bit goes before a new entry comes, and is"
                                + " read after it"),
                GupFast.V6_1,
                Share.V6_1,
                KsmMerge.V5_19,
                at -> NEVER),
        PIN_IN_ONE(
                Origin.proposal(
                        "anon-c2",
                        "mainline, but a pin of a small folio is one fully ordered addition, and needs no fence after it"),
                GupFast.V6_1.with(GupFast.Step.PIN_IN_ONE).without(GupFast.Step.FENCE_AFTER_PIN),
                Share.V6_1,
                KsmMerge.V5_19,
                at -> NEVER) {
            @Override
            boolean concerns(Place at) {
                return at.is(Reference.PIN) && at.is(FolioSize.SMALL);
            }
        },
        PLAIN_CLEAR(
                "anon-c0",
                "mainline, but the sharer clears the entry by a plain store and has no fence before it looks for pins",
                GupFast.V6_1,
                Share.V6_1.with(Share.Step.CLEAR_PLAINLY).without(Share.Step.FENCE_BEFORE_SHARE_CHECK),
                KsmMerge.V5_19,
                at -> at.is(On.X86_BATCHED) || at.is(On.ARM64_BATCHED) ? TSO : NEVER),
        CHECK_BEFORE_CLEAR(
                "anon-f0",
                "mainline, but the sharer looks for references and pins before it clears the entry",
                GupFast.V6_1,
                Share.V6_1.without(Share.Step.SHARE_CHECK).with(Share.Step.SHARE_CHECK_BEFORE_CLEAR),
                KsmMerge.V5_19.without(KsmMerge.Step.REFERENCE_CHECK).with(KsmMerge.Step.REFERENCE_CHECK_BEFORE_CLEAR),
                at -> SC) {
            @Override
            boolean concerns(Place at) {
                return at.is(Reference.PIN) || at.is(Access.WRITE);
            }
        },
        DROP_CLEAR_FENCE(
                "anon-c mutants",
                "mainline, but the sharer has no fence between the cleared entry and the look for pins; hardware queues a deferred flush"
                        + " by a barrier (arm64) or a locked instruction (x86), so this is the memory model's alone",
                GupFast.V6_1,
                Share.V6_1.without(Share.Step.FENCE_BEFORE_SHARE_CHECK),
                KsmMerge.V5_19,
                at -> at.is(On.ARM64_BATCHED) ? WEAK : NEVER),
        FENCE_INSIDE_PIN(
                "anon-c4",
                "mainline, but GUP-fast's full fence stands between the two halves of its pin",
                GupFast.V6_1.without(GupFast.Step.FENCE_AFTER_PIN).with(GupFast.Step.FENCE_INSIDE_PIN),
                Share.V6_1,
                KsmMerge.V5_19,
                Fix::halfPin),
        DROP_PIN_FENCE(
                "anon-c mutants",
                "mainline, but GUP-fast has no fence after its pin",
                GupFast.V6_1.without(GupFast.Step.FENCE_AFTER_PIN),
                Share.V6_1,
                KsmMerge.V5_19,
                Fix::halfPin),
        DROP_SHARE_FENCE(
                "anon-c5, sharer",
                "mainline, but the sharer has no fence between the cleared exclusive bit and the new entry",
                GupFast.V6_1,
                Share.V6_1.without(Share.Step.FENCE_AFTER_SHARE),
                KsmMerge.V5_19,
                at -> at.is(Sharer.KSM) && at.is(Access.READ) ? WEAK : NEVER),
        DROP_EXCLUSIVE_FENCE(
                "anon-c5, GUP-fast",
                "mainline, but GUP-fast has no read fence between the entry and the exclusive bit",
                GupFast.V6_1.without(GupFast.Step.FENCE_BEFORE_EXCLUSIVE),
                Share.V6_1,
                KsmMerge.V5_19,
                at -> at.is(Sharer.KSM) && !at.is(On.X86) ? WEAK : NEVER) {
            @Override
            boolean concerns(Place at) {
                return at.is(Reference.PIN) && at.is(Access.READ); // a writable entry is exclusive anyway
            }
        },
        DROP_EXCLUSIVE_CHECK(
                "anon-c mutants",
                "mainline, but GUP-fast pins through a read-only entry whether the page is exclusive or not",
                GupFast.V6_1.without(GupFast.Step.REQUIRE_EXCLUSIVE),
                Share.V6_1,
                KsmMerge.V5_19,
                at -> at.is(Sharer.KSM) ? SC : NEVER) {
            @Override
            boolean concerns(Place at) {
                return at.is(Reference.PIN) && at.is(Access.READ); // a writable entry is exclusive anyway
            }
        },
        DROP_PTE_RECHECK(
                "anon-c mutants",
                "mainline, but GUP-fast does not compare the entry after it took its reference",
                GupFast.V6_1.without(GupFast.Step.RECHECK_PTE),
                Share.V6_1,
                KsmMerge.V5_19,
                at -> at.is(On.X86) ? NEVER : SC),
        DROP_SHARE_CHECK(
                "anon-c mutants",
                "mainline, but the sharer gives up exclusivity without looking for pins",
                GupFast.V6_1,
                Share.V6_1.without(Share.Step.SHARE_CHECK),
                KsmMerge.V5_19,
                at -> at.is(Sharer.UNMAP) ? SEQUENTIAL : NEVER),
        DROP_REFERENCE_CHECK(
                "anon-f mutants",
                "mainline, but KSM looks for pins only, not for other references",
                GupFast.V6_1,
                Share.V6_1,
                KsmMerge.V5_19.without(KsmMerge.Step.REFERENCE_CHECK),
                at -> at.is(Reference.GET) ? SEQUENTIAL : NEVER) {
            @Override
            boolean concerns(Place at) {
                return at.is(Sharer.KSM) && (at.is(Reference.PIN) || at.is(Access.WRITE));
            }
        },
        SKIP_FLUSH(
                "anon-f, K3",
                "mainline, but KSM does not flush the entry that it cleared; since 5.10 no flush of an entry that GUP-fast takes is skipped",
                GupFast.V6_1,
                Share.V6_1,
                KsmMerge.V5_19.without(KsmMerge.Step.FLUSH),
                at -> at.is(Reference.GET) && at.is(On.ARM64) ? WEAK : NEVER) {
            @Override
            boolean concerns(Place at) {
                return at.is(Sharer.KSM) && (at.is(Reference.PIN) || at.is(Access.WRITE));
            }
        },
        DROP_RESTORE(
                "anon-c mutants",
                "mainline, but the sharer does not put the entry back when it finds a pin",
                GupFast.V6_1,
                Share.V6_1.without(Share.Step.RESTORE_WHEN_BUSY),
                KsmMerge.V5_19,
                at -> at.is(Sharer.UNMAP) ? SEQUENTIAL : SC) {
            /** Where a flush waits for walkers, KSM's count finds every pin first. */
            @Override
            boolean concerns(Place at) {
                return at.is(Reference.PIN) && !(at.is(Sharer.KSM) && at.is(On.X86));
            }
        },
        CLEAR_BIT_BEFORE_CHECK(
                "anon-c mutants",
                "mainline, but the sharer clears the exclusive bit before it looks for pins, and leaves it so when it backs off",
                GupFast.V6_1,
                Share.V6_1.without(Share.Step.CLEAR_EXCLUSIVE).with(Share.Step.CLEAR_EXCLUSIVE_BEFORE_CHECK),
                KsmMerge.V5_19,
                at -> at.is(Sharer.UNMAP) ? SEQUENTIAL : SC) {
            /** Where a flush waits for walkers, KSM's count finds every pin first. */
            @Override
            boolean concerns(Place at) {
                return at.is(Reference.PIN) && !(at.is(Sharer.KSM) && at.is(On.X86));
            }
        },
        KEEP_EXCLUSIVE_BIT(
                "anon-c mutants",
                "mainline, but the sharer leaves the page marked exclusive",
                GupFast.V6_1,
                Share.V6_1.without(Share.Step.CLEAR_EXCLUSIVE),
                KsmMerge.V5_19,
                at -> SEQUENTIAL);

        private final Origin origin;
        private final Steps<GupFast.Step> gup;
        private final Steps<Share.Step> share;
        private final Steps<KsmMerge.Step> ksm;
        private final Function<Place, Reachability> expected;

        Fix(
                Origin origin,
                Steps<GupFast.Step> gup,
                Steps<Share.Step> share,
                Steps<KsmMerge.Step> ksm,
                Function<Place, Reachability> expected) {
            this.origin = origin;
            this.gup = gup;
            this.share = share;
            this.ksm = ksm;
            this.expected = expected;
        }

        /** A mutant of mainline. */
        Fix(
                String reference,
                String difference,
                Steps<GupFast.Step> gup,
                Steps<Share.Step> share,
                Steps<KsmMerge.Step> ksm,
                Function<Place, Reachability> expected) {
            this(Origin.mutant(reference, difference), gup, share, ksm, expected);
        }

        /**
         * A pin whose second half may be late is missed by whoever looks for pins, and waits for no walker. KSM also counts
         * references, and the fully ordered first half is one.
         */
        private static Reachability halfPin(Place at) {
            return at.is(Sharer.UNMAP) && !at.is(On.X86) ? WEAK : NEVER;
        }

        /** Whether the step that a variant is about is taken there; most are about pins. */
        boolean concerns(Place at) {
            return at.is(Reference.PIN) || kind() != Kind.MUTANT;
        }

        /** Whether the entry has been used since it was made or aged: the flag, or 0. */
        long accessed() {
            return Pte.ACCESSED;
        }

        /**
         * KSM merges small pages only, and never leaves a flush for later. Unmapping looks for pins only; of the flushes that
         * wait for nobody the batched one is the harder case.
         */
        @Override
        public final boolean has(Place at) {
            boolean possible = at.is(Sharer.KSM)
                    ? at.is(FolioSize.SMALL) && !at.is(On.X86_BATCHED) && !at.is(On.ARM64_BATCHED)
                    : at.is(Reference.PIN) && !at.is(On.X86_BROADCAST);
            return possible && concerns(at);
        }

        @Override
        public Reachability reachableFrom(Place at) {
            return expected.apply(at);
        }

        /**
         * What holds by its fences is measured against a lack of order, as far as x86 shows one. Of ordinary references for
         * reading nothing is promised, so nothing can be broken.
         */
        @Override
        public @Nullable Fix control(Place at) {
            boolean deferred = at.is(On.X86_BATCHED) || at.is(On.ARM64_BATCHED);
            if (deferred && (this == CLEAR_AND_FENCE || this == PIN_IN_ONE)) {
                return PLAIN_CLEAR;
            }
            return at.is(Reference.GET) && at.is(Access.READ) ? null : CHECK_BEFORE_CLEAR;
        }

        /**
         * Each variant once per sharer, where it is not protected by what else the platform does: unmapping of a writable entry
         * under a batched flush, and KSM with a read-only entry. Mutants that one actor after the other shows are the
         * explorer's.
         */
        @Override
        public boolean isPlanned(Place at) {
            boolean unmap = at.is(On.X86_BATCHED) && at.is(FolioSize.SMALL) && at.is(Access.WRITE);
            boolean merge = at.is(On.X86_BROADCAST) && at.is(Reference.PIN) && at.is(Access.READ);
            if (this == CHECK_BEFORE_CLEAR) {
                return unmap || merge; // the control
            }
            if (kind() == Kind.MUTANT) {
                boolean needsRace = reachableFrom(at) == SC || reachableFrom(at) == TSO;
                return needsRace && (unmap || (merge && this == DROP_EXCLUSIVE_CHECK));
            }
            return unmap || (merge && this != PIN_IN_ONE);
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            return at.is(Sharer.KSM) ? List.of(ksm, share, gup) : List.of(share, gup);
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
                List.of(Sharer.values()),
                List.of(Reference.values()),
                List.of(Access.values()),
                List.of(FolioSize.values()),
                List.of(On.values()));
    }

    /** One page, mapped once and held by the sharer, and a KSM page of the same content. */
    private static final class State implements Scenario<Enum<?>, GupFast.Grab> {
        private static final long CONTENT = 1;
        private static final long DEVICE_WROTE = 2;

        private final Sharer sharer;
        private final int flags;
        private final boolean exclusive;
        private final long initialEntry;
        private final Folio folio;
        private final Folio ksmPage;
        private final MemMap memMap;
        private final Mm mm;
        private final TryToMigrate migration;
        private final KsmMerge ksm;
        private final GupFast gupFast;

        State(Machine machine, Place at, Changes changes, Fix fix) {
            sharer = at.the(Sharer.class);
            Access access = at.the(Access.class);
            flags = access.flag() | at.the(Reference.class).flag();
            exclusive = fix.ksm.has(KsmMerge.Step.SHARE);
            folio = new Folio(
                    machine,
                    "folio",
                    1,
                    at.is(FolioSize.LARGE),
                    new Folio.Initially(
                            2, 1, Folio.UPTODATE | (exclusive ? Folio.ANON_EXCLUSIVE : 0), Folio.ANON, CONTENT));
            ksmPage =
                    new Folio(machine, "ksm", 2, false, new Folio.Initially(1, 1, Folio.UPTODATE, Folio.ANON, CONTENT));
            memMap = new MemMap(machine, List.of(folio, ksmPage));
            initialEntry = Pte.present(1, fix.accessed() | (access == Access.WRITE ? Pte.WRITE : 0));
            PageTable table = new PageTable(machine, "mm", initialEntry);
            Platform platform = at.the(On.class).platform();
            mm = new Mm(machine, "mm", table, new Tlb(machine, platform.flush(), 1), true);
            Share share = changes.replace(new Share(machine, mm.tlb, platform, changes.keep(fix.share)));
            migration = changes.replace(new TryToMigrate(mm, share));
            ksm = changes.replace(new KsmMerge(mm, share, changes.keep(fix.ksm)));
            gupFast = changes.replace(new GupFast(machine, mm, memMap, changes.keep(fix.gup)));
        }

        @Override
        public Enum<?> first() {
            return sharer == Sharer.UNMAP ? migration.unmap(folio, 0) : ksm.merge(folio, 0, ksmPage);
        }

        @Override
        public GupFast.Grab second() {
            return gupFast.grab(0, 0, flags);
        }

        @Override
        public Outcome judge(Enum<?> shared, GupFast.Grab grab) {
            long entry = mm.table.pte(0).readOnce();
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
            memMap.stableFolioOf(pfn).data.writeOnce(DEVICE_WROTE);
            if (memMap.stableFolioOf(Pte.pfn(entry)).data.readOnce() == DEVICE_WROTE) {
                return pfn != folio.pfn
                        ? End.HOLDS_KSM_PAGE
                        : asItWas(entry) ? End.KEPT_FOR_REFERENCE : End.KEPT_YET_SHARED;
            }
            boolean promisedNothing = flags == 0; // neither a pin nor for writing
            return promisedNothing ? End.LEFT_BEHIND : End.OUT_OF_SYNC;
        }
    }
}
