// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Dimensions.Access.READ;
import static pagerace.race.Dimensions.Access.WRITE;
import static pagerace.race.Dimensions.Mapped.LARGE;
import static pagerace.race.Dimensions.Mapped.SMALL;
import static pagerace.race.Dimensions.On.X86;
import static pagerace.race.Dimensions.PinHistory.FIRST_PIN;
import static pagerace.race.Dimensions.PinHistory.LATER_PIN;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.SEQUENTIAL;
import static pagerace.race.Reachability.TSO;
import static pagerace.race.Reachability.WEAK;
import static pagerace.race.Row.history;
import static pagerace.race.Row.mainline;
import static pagerace.race.Row.mutant;
import static pagerace.race.Row.proposal;

import java.util.List;
import pagerace.machine.Machine;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.Steps;
import pagerace.mm.op.Fork;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.Linux;
import pagerace.mm.op.ReuseRule;
import pagerace.mm.op.UserAccess;
import pagerace.mm.op.WriteFault;
import pagerace.race.Dimensions.Access;
import pagerace.race.Dimensions.Mapped;
import pagerace.race.Dimensions.On;
import pagerace.race.Dimensions.PinHistory;

/** A page of the parent is pinned without locks while fork decides whether parent and child may share it. */
@Race.Head(
        question =
                "Can GUP-fast return a pin on a page that fork has just shared with the child, so that the parent's next write"
                        + " goes to a copy and the device keeps the old page?",
        anchor = "gup_fast against copy_present_pte; 70e806e4e645 (copy pinned pages early), f3c64eda3e50 (drop the"
                + " write-protect dance), 57efa1fe5957 (write_protect_seq), fb3d824d1a46 and 6c287605fd56"
                + " (PG_anon_exclusive), 088b8aa537c2 (fence after the pin)",
        references = {
            "CAHk-=wi=iCnYCARbPGjkVJu9eyYeZ13N64tZYLdOB8CP5Q_PLw@mail.gmail.com: Linus Torvalds, 28 September 2020, proposes the sequence count",
            "2-v2-dfe9ecdb6c74+2066-gup_fork_jgg@nvidia.com: Jason Gunthorpe, 30 October 2020, the patch that became 57efa1fe5957",
            "20201030225250.GB6357@xz-x1: Peter Xu's review of it",
            "LWN 849638 and 849876: \"Patching until the COWs come home\", 2021"
        },
        invariant =
                "a pin that GUP-fast returns and the parent's page table stay on the same page: the device sees what the"
                        + " parent writes, and the parent sees what the device writes",
        actors = {"GUP-fast", "fork"},
        breakingSchedule = """
                GUP-fast                              | fork (CHECK_ONLY)
                                                      | takes both page-table locks
                                                      | no pins: the page may be shared
                reads the entry: writable             |
                takes its pin                         |
                reads the entry again: unchanged, ok  |
                                                      | write-protects the entry
                                                      | child maps the same page
                the parent writes: fault, too many references, copy: the pin holds the old page""",
        notModelled = {
            "more than one entry per table: fork's window of an odd count is shorter here (missed slow-path fallbacks)",
            "PMD-mapped huge pages: their fork is a race of its own (missed)",
            "the child's own actions: the parent writes first (where reuse goes by the map count, as in NO_EARLY_COPY and"
                    + " HUGETLB_CHECK_ONLY, a child that writes or exits first keeps the parent in sync)",
            "a device that writes while fork copies: such a copy may be torn, by design (missed, and allowed)"
        })
public final class GupFastVsFork extends CatalogueRace {
    /** The race. */
    public GupFastVsFork() {
        super(
                End.values(),
                Fix.values(),
                List.of(Access.values()),
                List.of(Mapped.values()),
                List.of(PinHistory.values()),
                List.of(On.X86, On.ARM64));
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
    enum Fix implements Listed {
        NO_EARLY_COPY(writing(history("2.6.27 .. 5.8", "-", Linux.V5_8, "fork never looks for pins"))
                .breaks(SEQUENTIAL)),
        WRITE_PROTECT_DANCE(writing(history(
                        "5.9-rc",
                        "70e806e4e645",
                        Linux.V5_9_RC,
                        "fork write-protects first, then looks for pins, and restores the entry if it finds one"))
                .breaks(WEAK)
                .holds(SMALL, X86)),
        WRITE_PROTECT_DANCE_PLAIN_STORE(writing(mutant(
                        Linux.V5_9_RC.with(Platform.PteUpdate.PLAIN),
                        "as WRITE_PROTECT_DANCE, but the entry is write-protected by a plain store"))
                .breaks(TSO)),
        CHECK_ONLY(writing(history(
                        "5.9 .. 5.10",
                        "f3c64eda3e50",
                        Linux.V5_9,
                        "fork looks for pins, then write-protects; nothing makes GUP-fast notice"))
                .breaks(SC)
                .onThreads(LARGE, LATER_PIN, X86)),
        HUGETLB_CHECK_ONLY(history(
                        "5.12 .. 5.18",
                        "4eae4efa2c29",
                        Linux.V5_14.with(Fork.Step.class, Linux.V5_9).with(ReuseRule.MAPCOUNT),
                        "fork of a hugetlb page looks for pins, but does not touch the count that GUP-fast compares; reuse goes by the"
                                + " map count")
                .in(WRITE, LARGE)
                .breaks(SC)
                .onThreads(LATER_PIN, X86)),
        SEQ(writing(history(
                        "5.11 .. 5.13",
                        "57efa1fe5957",
                        Linux.V5_11,
                        "write_protect_seq is odd while fork works, and GUP-fast undoes a pin if the count moved"))
                .breaks(WEAK)),
        SEQ_TWO_STEP_PIN(writing(history(
                        "5.14 .. 5.18",
                        "c24d37322548",
                        Linux.V5_14,
                        "as SEQ, but a pin has two halves, the second without order"))
                .breaks(WEAK)),
        SEQ_ANON_EXCLUSIVE_UNFENCED_PIN(history(
                        "5.19 .. 6.0",
                        "6c287605fd56",
                        Linux.V5_19,
                        "only exclusive pages are pinned; fork takes the child's reference before it looks for pins")
                .breaks(WEAK)
                .onThreads(WRITE, SMALL, LATER_PIN, X86)),
        SEQ_ANON_EXCLUSIVE(
                asMainline(mainline(">= 6.1", "088b8aa537c2", Linux.V6_1, "as before, with a full fence after the pin"))
                        .onThreads(WRITE, LATER_PIN, X86)
                        .onThreads(SMALL, LATER_PIN, X86)
                        .onThreads(WRITE, SMALL, X86)),
        SEQ_ANON_EXCLUSIVE_FORK_FENCE(proposal(
                        PRESENT.with(Fork.Step.FENCE_AFTER_REFERENCE),
                        "mainline, and fork has a full fence between the child's reference and the look for pins")
                .onThreads(WRITE, SMALL, LATER_PIN, X86)),
        DROP_SEQ_RECHECK(mutation(
                        PRESENT.without(GupFast.Step.RECHECK_SEQ),
                        "GUP-fast does not compare the count again after its pin")
                .breaks(SC)
                .onThreads(SMALL, LATER_PIN, X86)),
        SEQ_RECHECK_BEFORE_GRAB(mutation(
                        PRESENT.without(GupFast.Step.RECHECK_SEQ).with(GupFast.Step.RECHECK_SEQ_BEFORE_GRAB),
                        "GUP-fast compares the count before it takes its reference")
                .breaks(SC)
                .onThreads(WRITE, SMALL, LATER_PIN, X86)),
        HAS_PINNED_LAST(mutation(
                        PRESENT.without(GupFast.Step.SET_HAS_PINNED).with(GupFast.Step.SET_HAS_PINNED_LATE),
                        "GUP-fast marks the address space after everything else")
                .in(FIRST_PIN) // later pins never reach the step
                .breaks(SC)
                .onThreads(WRITE, SMALL, X86)),
        LOCK_BEFORE_SEQ(asMainline(mutation(
                PRESENT.with(Fork.Step.LOCK_BEFORE_SEQ),
                "fork takes the page-table locks before it makes the count odd"))),
        LOCK_BEFORE_SEQ_REFERENCE_LAST(mutant(
                        PRESENT.with(Fork.Step.LOCK_BEFORE_SEQ).without(Fork.Step.REFERENCE_FIRST),
                        "as LOCK_BEFORE_SEQ, and fork takes the child's reference after the look for pins: no locked instruction is"
                                + " left in between")
                .breaks(TSO)
                .onThreads(WRITE, SMALL, LATER_PIN, X86)),
        DROP_SEQ_BEGIN_FENCE(
                mutation(PRESENT.without(Fork.Step.FENCE_AFTER_SEQ_BEGIN), "no write fence follows the odd count")
                        .breaks(WEAK)),
        DROP_SEQ_END_FENCE(mutation(
                        PRESENT.without(Fork.Step.FENCE_BEFORE_SEQ_END), "no write fence precedes the even count")
                .breaks(WEAK)
                .holds(WRITE, SMALL, LATER_PIN, X86)), // the write-protecting locked instruction is fence enough
        DROP_PIN_FENCE(mutation(PRESENT.without(GupFast.Step.FENCE_AFTER_PIN), "GUP-fast has no fence after its pin")
                .breaks(WEAK)),
        DROP_PTE_RECHECK(asMainline(mutation(
                PRESENT.without(GupFast.Step.RECHECK_PTE),
                "GUP-fast does not compare the entry after it took its reference"))),
        DROP_EXCLUSIVE_CHECK(mutation(
                        PRESENT.without(GupFast.Step.REQUIRE_EXCLUSIVE),
                        "GUP-fast pins through a read-only entry whether the page is exclusive or not")
                .in(READ) // a writable entry is exclusive anyway
                .breaks(SEQUENTIAL)
                .onThreads(SMALL, LATER_PIN, X86)),
        WRITE_PROTECT_AFTER_SEQ(mutation(
                        PRESENT.with(Fork.Step.WRITE_PROTECT_AFTER_SEQ),
                        "fork write-protects in a second pass, after it has made the count even again")
                .in(WRITE) // a read-only entry is not write-protected
                .breaks(SC)
                .onThreads(SMALL, LATER_PIN, X86));

        private final Row row;

        Fix(Row row) {
            this.row = row;
        }

        /** Read-only pins were promised together with exclusivity; before, they are no test. */
        private static Row writing(Row row) {
            return row.in(WRITE).onThreads(SMALL, LATER_PIN, X86);
        }

        private static Row mutation(Kernel kernel, String difference) {
            return mutant(kernel, "mainline, but " + difference);
        }

        /** A small folio of an address space that is marked already is safe through the order of one word, the refcount. */
        private static Row asMainline(Row row) {
            return row.breaks(WEAK).holds(SMALL, LATER_PIN);
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public Fix usualControl(Place at) {
            return at.is(WRITE) ? CHECK_ONLY : DROP_SEQ_RECHECK;
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of(row.kernel().steps(GupFast.Step.class), row.kernel().steps(Fork.Step.class));
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new State(machine, at, kernel);
        }
    }

    /** One page of the parent, mapped once; an empty table of the child; a free page for a copy. */
    private static final class State implements Scenario.OfTwo<GupFast.Grab, Fork.End> {
        private static final long BEFORE_FORK = 1;
        private static final long PARENT_WROTE = 2;
        private static final long DEVICE_WROTE = 3;

        private final Folio folio;
        private final Entry entry;
        private final Entry childEntry;
        private final GupFast gupFast;
        private final int flags;
        private final Fork fork;
        private final UserAccess parent;

        State(Machine machine, Place at, Kernel kernel) {
            boolean exclusive = kernel.policy(ReuseRule.MAPCOUNT) == ReuseRule.EXCLUSIVE;
            Scene scene = new Scene(machine, at.the(On.class).platform());
            folio = scene.anon("folio")
                    .large(at.is(LARGE))
                    .exclusive(exclusive)
                    .mapped()
                    .holding(BEFORE_FORK);
            Folio spare = scene.free("copy");
            Mm mm = scene.mm("parent")
                    .hasPinned(at.is(LATER_PIN))
                    .mapping(Pte.present(folio.pfn, Pte.ACCESSED | (at.is(WRITE) ? Pte.WRITE | Pte.DIRTY : 0)));
            PageTable child = new PageTable(machine, "child", Pte.NONE);
            entry = mm.entry(0);
            childEntry = child.entry(0);
            gupFast = kernel.replace(new GupFast(kernel, mm));
            flags = GupFast.FOLL_PIN | at.the(Access.class).flag();
            fork = kernel.replace(new Fork(kernel, mm, child, FreeFolios.only(spare)));
            parent = new UserAccess(mm, kernel.replace(new WriteFault(kernel, mm, null, FreeFolios.only(spare))), null);
        }

        @Override
        public GupFast.Grab first() {
            return gupFast.grab(0, entry, flags);
        }

        @Override
        public Fork.End second() {
            return fork.copy(entry, childEntry);
        }

        @Override
        public Outcome judge(GupFast.Grab grab, Fork.End forked) {
            parent.store(0, entry, PARENT_WROTE);
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
            return deviceSees && parent.load(0, entry) == DEVICE_WROTE;
        }
    }
}
