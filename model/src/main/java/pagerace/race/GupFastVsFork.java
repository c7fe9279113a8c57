// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Reachability.NEVER;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.SEQUENTIAL;
import static pagerace.race.Reachability.TSO;
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
import pagerace.mm.op.Fork;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.ReuseRule;
import pagerace.mm.op.Steps;
import pagerace.mm.op.UserAccess;
import pagerace.mm.op.WriteFault;
import pagerace.race.Dimensions.Access;
import pagerace.race.Dimensions.FolioSize;
import pagerace.race.Dimensions.On;
import pagerace.race.Dimensions.PinHistory;

/** A page of the parent is pinned without locks while fork decides whether parent and child may share it. */
public final class GupFastVsFork implements Race {
    @Override
    public String question() {
        return "Can GUP-fast return a pin on a page that fork has just shared with the child, so that the parent's next write"
                + " goes to a copy and the device keeps the old page?";
    }

    @Override
    public String anchor() {
        return "gup_fast against copy_present_pte; 70e806e4e645 (copy pinned pages early), f3c64eda3e50 (drop the"
                + " write-protect dance), 57efa1fe5957 (write_protect_seq), fb3d824d1a46 and 6c287605fd56"
                + " (PG_anon_exclusive), 088b8aa537c2 (fence after the pin)";
    }

    @Override
    public List<String> references() {
        return List.of(
                "CAHk-=wi=iCnYCARbPGjkVJu9eyYeZ13N64tZYLdOB8CP5Q_PLw@mail.gmail.com: Linus Torvalds, 28 September 2020, proposes the sequence count",
                "2-v2-dfe9ecdb6c74+2066-gup_fork_jgg@nvidia.com: Jason Gunthorpe, 30 October 2020, the patch that became 57efa1fe5957",
                "20201030225250.GB6357@xz-x1: Peter Xu's review of it",
                "LWN 849638 and 849876: \"Patching until the COWs come home\", 2021");
    }

    @Override
    public String invariant() {
        return "a pin that GUP-fast returns and the parent's page table stay on the same page: what the parent writes, the"
                + " device reads, and back";
    }

    @Override
    public String breakingSchedule() {
        return """
                GUP-fast                              | fork (CHECK_ONLY)
                                                      | takes both page-table locks
                                                      | no pins: the page may be shared
                reads the entry: writable             |
                takes its pin                         |
                reads the entry again: unchanged, ok  |
                                                      | write-protects the entry
                                                      | child maps the same page
                the parent writes: fault, too many references, copy: the pin holds the old page""";
    }

    @Override
    public List<String> notModelled() {
        return List.of(
                "more than one entry per table: fork's window of an odd count is shorter here (missed slow-path fallbacks)",
                "PMD-mapped huge pages: their fork is a race of its own (missed)",
                "the child's own actions: the parent writes first (where reuse goes by the map count, as in NO_EARLY_COPY and"
                        + " HUGETLB_CHECK_ONLY, a child that writes or exits first keeps the parent in sync)",
                "a device that writes while fork copies: such a copy may be torn, by design (missed, and allowed)");
    }

    @Override
    public List<String> actors() {
        return List.of("GUP-fast", "fork");
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("the pin was there before fork looked: fork copied for the child, the parent kept its page")
        PINNED_IN_SYNC,
        @Permitted("GUP-fast found the count odd and left the page to the slow path")
        SLOW_FORK_RUNNING,
        @Permitted(
                "fork had write-protected or shared the page before GUP-fast came: the entry no longer permits a pin")
        SLOW_AFTER_FORK,
        @Window("GUP-fast pinned while fork shared the page, saw that the count had moved, and undid the pin")
        UNDONE_BY_SEQ,
        @Window("GUP-fast pinned while fork shared the page, saw the entry write-protected, and undid the pin")
        UNDONE_BY_PTE,
        @Window("fork saw the pin and copied for the child; GUP-fast then undid the pin after all")
        COPIED_FOR_UNDONE_PIN,
        @Forbidden("fork shared the page, the pin stayed on it, and the parent's write went to a copy")
        OUT_OF_SYNC
    }

    /** Every fix, the oldest first. */
    enum Fix implements Candidate {
        NO_EARLY_COPY(
                Origin.history("2.6.27 .. 5.8", "-", "anon-a0", "fork never looks for pins"),
                GupFast.V5_8,
                Fork.V5_8,
                ReuseRule.MAPCOUNT,
                at -> SEQUENTIAL),
        WRITE_PROTECT_DANCE(
                Origin.history(
                        "5.9-rc",
                        "70e806e4e645",
                        "anon-a1",
                        "fork write-protects first, then looks for pins, and restores the entry if it finds one"),
                GupFast.V5_9,
                Fork.V5_9_RC,
                ReuseRule.REFCOUNT,
                at -> at.is(On.X86) && at.is(FolioSize.SMALL) ? NEVER : WEAK),
        WRITE_PROTECT_DANCE_PLAIN_STORE(
                Origin.mutant(
                        "anon-a1, plain store",
                        "as WRITE_PROTECT_DANCE, but the entry is write-protected by a plain store"),
                GupFast.V5_9,
                Fork.V5_9_RC,
                ReuseRule.REFCOUNT,
                at -> TSO) {
            @Override
            Platform on(On on) {
                return on.platform().with(Platform.PteUpdate.PLAIN);
            }
        },
        CHECK_ONLY(
                Origin.history(
                        "5.9 .. 5.10",
                        "f3c64eda3e50",
                        "anon-a2",
                        "fork looks for pins, then write-protects; nothing makes GUP-fast notice"),
                GupFast.V5_9,
                Fork.V5_9,
                ReuseRule.REFCOUNT,
                at -> SC),
        HUGETLB_CHECK_ONLY(
                Origin.history(
                        "5.12 .. 5.18",
                        "4eae4efa2c29",
                        "anon-a5",
                        "fork of a hugetlb page looks for pins, but does not touch the count that GUP-fast compares; reuse goes by the"
                                + " map count"),
                GupFast.V5_14,
                Fork.V5_9,
                ReuseRule.MAPCOUNT,
                at -> SC) {
            @Override
            public boolean has(Place at) {
                return at.is(Access.WRITE) && at.is(FolioSize.LARGE);
            }
        },
        SEQ(
                Origin.history(
                        "5.11 .. 5.13",
                        "57efa1fe5957",
                        "anon-a3",
                        "write_protect_seq is odd while fork works, and GUP-fast undoes a pin if the count moved"),
                GupFast.V5_11,
                Fork.V5_11,
                ReuseRule.REFCOUNT,
                at -> WEAK),
        SEQ_TWO_STEP_PIN(
                Origin.history(
                        "5.14 .. 5.18",
                        "c24d37322548",
                        "anon-a3",
                        "as SEQ, but a pin has two halves, the second without order"),
                GupFast.V5_14,
                Fork.V5_11,
                ReuseRule.REFCOUNT,
                at -> WEAK),
        SEQ_ANON_EXCLUSIVE_UNFENCED_PIN(
                Origin.history(
                        "5.19 .. 6.0",
                        "6c287605fd56",
                        "anon-a4n",
                        "only exclusive pages are pinned; fork takes the child's reference before it looks for pins"),
                GupFast.V5_19,
                Fork.V5_19,
                ReuseRule.EXCLUSIVE,
                at -> WEAK),
        SEQ_ANON_EXCLUSIVE(
                Origin.mainline(">= 6.1", "088b8aa537c2", "anon-a4", "as before, with a full fence after the pin"),
                GupFast.V6_1,
                Fork.V5_19,
                ReuseRule.EXCLUSIVE,
                Fix::mainline),
        SEQ_ANON_EXCLUSIVE_FORK_FENCE(
                Origin.proposal(
                        "anon-a6",
                        "mainline, and fork has a full fence between the child's reference and the look for pins"),
                GupFast.V6_1,
                Fork.V5_19.with(Fork.Step.FENCE_AFTER_REFERENCE),
                ReuseRule.EXCLUSIVE,
                at -> NEVER),
        DROP_SEQ_RECHECK(
                "mainline, but GUP-fast does not compare the count again after its pin",
                GupFast.V6_1.without(GupFast.Step.RECHECK_SEQ),
                Fork.V5_19,
                at -> SC),
        SEQ_RECHECK_BEFORE_GRAB(
                "mainline, but GUP-fast compares the count before it takes its reference",
                GupFast.V6_1.without(GupFast.Step.RECHECK_SEQ).with(GupFast.Step.RECHECK_SEQ_BEFORE_GRAB),
                Fork.V5_19,
                at -> SC),
        HAS_PINNED_LAST(
                "mainline, but GUP-fast marks the address space after everything else",
                GupFast.V6_1.without(GupFast.Step.SET_HAS_PINNED).with(GupFast.Step.SET_HAS_PINNED_LATE),
                Fork.V5_19,
                at -> SC) {
            @Override
            public boolean has(Place at) {
                return at.is(PinHistory.FIRST_PIN); // later pins never reach the step
            }
        },
        LOCK_BEFORE_SEQ(
                "mainline, but fork takes the page-table locks before it makes the count odd",
                GupFast.V6_1,
                Fork.V5_19.with(Fork.Step.LOCK_BEFORE_SEQ),
                Fix::mainline),
        LOCK_BEFORE_SEQ_REFERENCE_LAST(
                "as LOCK_BEFORE_SEQ, and fork takes the child's reference after the look for pins: no locked instruction is"
                        + " left in between",
                GupFast.V6_1,
                Fork.V5_19.with(Fork.Step.LOCK_BEFORE_SEQ).without(Fork.Step.REFERENCE_FIRST),
                at -> TSO),
        DROP_SEQ_BEGIN_FENCE(
                "mainline, but no write fence follows the odd count",
                GupFast.V6_1,
                Fork.V5_19.without(Fork.Step.FENCE_AFTER_SEQ_BEGIN),
                at -> WEAK),
        DROP_SEQ_END_FENCE(
                "mainline, but no write fence precedes the even count",
                GupFast.V6_1,
                Fork.V5_19.without(Fork.Step.FENCE_BEFORE_SEQ_END),
                at -> at.is(Access.WRITE) && at.is(On.X86)
                        ? mainline(at) // the write-protecting locked instruction is fence enough
                        : WEAK),
        DROP_PIN_FENCE(
                "mainline, but GUP-fast has no fence after its pin",
                GupFast.V6_1.without(GupFast.Step.FENCE_AFTER_PIN),
                Fork.V5_19,
                at -> WEAK),
        DROP_PTE_RECHECK(
                "mainline, but GUP-fast does not compare the entry after it took its reference",
                GupFast.V6_1.without(GupFast.Step.RECHECK_PTE),
                Fork.V5_19,
                Fix::mainline),
        DROP_EXCLUSIVE_CHECK(
                "mainline, but GUP-fast pins through a read-only entry whether the page is exclusive or not",
                GupFast.V6_1.without(GupFast.Step.REQUIRE_EXCLUSIVE),
                Fork.V5_19,
                at -> SEQUENTIAL) {
            @Override
            public boolean has(Place at) {
                return at.is(Access.READ); // a writable entry is exclusive anyway
            }
        },
        WRITE_PROTECT_AFTER_SEQ(
                "mainline, but fork write-protects in a second pass, after it has made the count even again",
                GupFast.V6_1,
                Fork.V5_19.with(Fork.Step.WRITE_PROTECT_AFTER_SEQ),
                at -> SC) {
            @Override
            public boolean has(Place at) {
                return at.is(Access.WRITE); // a read-only entry is not write-protected
            }
        };

        private final Origin origin;
        private final Steps<GupFast.Step> gup;
        private final Steps<Fork.Step> fork;
        private final ReuseRule reuse;
        private final Function<Place, Reachability> expected;

        Fix(
                Origin origin,
                Steps<GupFast.Step> gup,
                Steps<Fork.Step> fork,
                ReuseRule reuse,
                Function<Place, Reachability> expected) {
            this.origin = origin;
            this.gup = gup;
            this.fork = fork;
            this.reuse = reuse;
            this.expected = expected;
        }

        /** A mutant of mainline. */
        Fix(String difference, Steps<GupFast.Step> gup, Steps<Fork.Step> fork, Function<Place, Reachability> expected) {
            this(Origin.mutant("anon-a mutants", difference), gup, fork, ReuseRule.EXCLUSIVE, expected);
        }

        /** A small folio of an address space that is marked already is safe through the order of one word, the refcount. */
        private static Reachability mainline(Place at) {
            return at.is(FolioSize.SMALL) && at.is(PinHistory.LATER_PIN) ? NEVER : WEAK;
        }

        /** Read-only pins were promised together with exclusivity; before, they are no test. */
        @Override
        public boolean has(Place at) {
            return at.is(Access.WRITE) || fork.has(Fork.Step.CLEAR_EXCLUSIVE);
        }

        Platform on(On on) {
            return on.platform();
        }

        @Override
        public Reachability reachableFrom(Place at) {
            return expected.apply(at);
        }

        @Override
        public Fix control(Place at) {
            return at.is(Access.WRITE) ? CHECK_ONLY : DROP_SEQ_RECHECK;
        }

        /**
         * Each variant once, and mainline in the dimensions that decide its verdict. Mutants that do no harm on x86 are left
         * to the explorer.
         */
        @Override
        public boolean isPlanned(Place at) {
            boolean write = at.is(Access.WRITE);
            boolean small = at.is(FolioSize.SMALL) || this == HUGETLB_CHECK_ONLY;
            boolean later = at.is(PinHistory.LATER_PIN);
            boolean perVariant = write && small && later != (this == HAS_PINNED_LAST);
            boolean readOnly = !write
                    && small
                    && later
                    && (this == SEQ_ANON_EXCLUSIVE || this == DROP_SEQ_RECHECK || this == DROP_EXCLUSIVE_CHECK);
            boolean mainline = this == SEQ_ANON_EXCLUSIVE && write && (small || later);
            boolean large = this == CHECK_ONLY && write && later;
            boolean harmless = kind() == Kind.MUTANT && !reachableFrom(at).isReachableOn(Reachability.TSO);
            return !harmless && at.is(On.X86) && (perVariant || readOnly || mainline || large);
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of(gup, fork);
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
                List.of(Access.values()),
                List.of(FolioSize.values()),
                List.of(PinHistory.values()),
                List.of(On.X86, On.ARM64));
    }

    /** One page of the parent, mapped once; an empty table of the child; a free page for whoever copies. */
    private static final class State implements Scenario<GupFast.Grab, Fork.End> {
        private static final long BEFORE_FORK = 1;
        private static final long PARENT_WROTE = 2;
        private static final long DEVICE_WROTE = 3;

        private final Folio folio;
        private final GupFast gupFast;
        private final int flags;
        private final Fork fork;
        private final UserAccess parent;

        State(Machine machine, Place at, Changes changes, Fix fix) {
            Access access = at.the(Access.class);
            boolean exclusive = fix.fork.has(Fork.Step.CLEAR_EXCLUSIVE);
            folio = new Folio(
                    machine,
                    "folio",
                    1,
                    at.is(FolioSize.LARGE),
                    new Folio.Initially(
                            1, 1, Folio.UPTODATE | (exclusive ? Folio.ANON_EXCLUSIVE : 0), Folio.ANON, BEFORE_FORK));
            Folio spare = new Folio(machine, "copy", 2, false, Folio.Initially.FREE);
            MemMap memMap = new MemMap(machine, List.of(folio, spare));
            PageTable table = new PageTable(
                    machine,
                    "parent",
                    Pte.present(1, Pte.ACCESSED | (access == Access.WRITE ? Pte.WRITE | Pte.DIRTY : 0)));
            Platform platform = fix.on(at.the(On.class));
            Tlb tlb = new Tlb(machine, platform.flush(), 1);
            Mm mm = new Mm(machine, "parent", table, tlb, at.is(PinHistory.LATER_PIN));
            PageTable child = new PageTable(machine, "child", Pte.NONE);
            gupFast = changes.replace(new GupFast(machine, mm, memMap, changes.keep(fix.gup)));
            flags = GupFast.FOLL_PIN | access.flag();
            fork = changes.replace(
                    new Fork(machine, mm, child, memMap, FreeFolios.only(spare), platform, changes.keep(fix.fork)));
            parent = new UserAccess(
                    mm,
                    memMap,
                    changes.replace(new WriteFault(mm, memMap, null, FreeFolios.only(spare), fix.reuse)),
                    null);
        }

        @Override
        public GupFast.Grab first() {
            return gupFast.grab(0, 0, flags);
        }

        @Override
        public Fork.End second() {
            return fork.copyPte(0);
        }

        @Override
        public Outcome judge(GupFast.Grab grab, Fork.End forked) {
            parent.store(0, 0, PARENT_WROTE);
            return switch (grab.end()) {
                case PINNED -> inSync() ? End.PINNED_IN_SYNC : End.OUT_OF_SYNC;
                case SEQ_ODD -> End.SLOW_FORK_RUNNING;
                case NOT_PERMITTED, UNDONE_EXCLUSIVE -> End.SLOW_AFTER_FORK;
                case UNDONE_SEQ -> forked == Fork.End.SHARED ? End.UNDONE_BY_SEQ : End.COPIED_FOR_UNDONE_PIN;
                case UNDONE_PTE -> forked == Fork.End.SHARED ? End.UNDONE_BY_PTE : End.COPIED_FOR_UNDONE_PIN;
                case NOT_PRESENT, FROZEN, GAVE_UP, UNDONE_ADMISSION, REFUSED ->
                    throw new IllegalStateException("fork cannot cause " + grab);
            };
        }

        /** What the parent writes the device reads through its pin, and back. */
        private boolean inSync() {
            boolean deviceSees = folio.data.readOnce() == PARENT_WROTE;
            folio.data.writeOnce(DEVICE_WROTE);
            return deviceSees && parent.load(0, 0) == DEVICE_WROTE;
        }
    }
}
