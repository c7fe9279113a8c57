// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.FaultAroundVsHolePunch.Access.AT_NEIGHBOUR;
import static pagerace.race.FaultAroundVsHolePunch.Access.AT_PAGE;
import static pagerace.race.FaultAroundVsHolePunch.Access.AT_PAGE_OF_TWO;
import static pagerace.race.FaultAroundVsHolePunch.Mapping.PLAIN;
import static pagerace.race.FaultAroundVsHolePunch.Mapping.PRIVATE;
import static pagerace.race.FaultAroundVsHolePunch.Mapping.UFFD_WP;
import static pagerace.race.FaultAroundVsHolePunch.Opponent.FAULTER;
import static pagerace.race.FaultAroundVsHolePunch.Opponent.PUNCH;
import static pagerace.race.FaultAroundVsHolePunch.Opponent.TRUNCATE;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.SEQUENTIAL;
import static pagerace.race.Reachability.WEAK;
import static pagerace.race.Row.mainline;
import static pagerace.race.Row.mutant;
import static pagerace.race.Row.proposal;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.machine.Word;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.Inode;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.Steps;
import pagerace.mm.op.FaultAround;
import pagerace.mm.op.FaultEnd;
import pagerace.mm.op.HolePunch;
import pagerace.mm.op.Linux;
import pagerace.mm.op.ShmemFault;
import pagerace.race.Dimensions.On;

/** A fault maps a page of a shmem file, and its thread stores to it, while a hole is punched there. */
@Race.Head(
        question =
                "Can fault-around map a page that a hole punch is removing, so that the mapping outlives the page, or a store"
                        + " slips past userfaultfd?",
        anchor =
                "filemap_map_pages, shmem_fault against shmem_fallocate, shmem_undo_range, truncate_inode_folio; Peter Xu and"
                        + " Andrea Arcangeli, \"Don't fault around userfaultfd-registered regions on reads\", November 2020;"
                        + " 1aac1400319d (i_private), 9c28a205c061 and 999dad824c39 (uffd-wp markers)",
        references = {
            "CVE-2014-4171: faults that keep a punch from ending (f00cdc6df7d7, 8e205f779d14, b1a366500bd5, all 3.16)",
            "53ABE479.3080508@suse.cz: Vlastimil Babka and Hugh Dickins, 26 June 2014: why a punch loops while faults refill the range",
            "20201126222359.8120-1-peterx@redhat.com: Peter Xu, 26 November 2020, no fault-around for userfaultfd",
            "alpine.LSU.2.11.2012021410260.4989@eggly.anvils: Hugh Dickins, 2 December 2020: the write protection should survive in a special entry"
        },
        invariant =
                "after the punch no entry maps a page that left the file, no old data is reachable, every mapping is counted"
                        + " once, and no store went unseen to a page that userfaultfd write-protects",
        actors = {"fault, then store", "hole punch"},
        breakingSchedule = """
                fault-around                          | hole punch (SINGLE_ZAP)
                                                      | zaps the range
                locks the folio: still in the file    |
                maps it and unlocks it                |
                                                      | locks the folio
                                                      | removes it from the file
                the entry maps a page that no file owns: loads see old data, stores are lost""",
        notModelled = {
            "the life of the punch's record on its stack: a race of its own (missed)",
            "more than one mapping of the page (missed: races between the zaps of two page tables)",
            "platforms other than x86 with synchronous flushes: a store ends before a flush that it raced with does (missed)",
            "more than one page in the second zap's reach, and readahead (missed)",
            "shmem's second look at the size, once a new page is in the cache; no point truncates a file beside a fault that"
                    + " allocates (there it would be a false alarm)"
        })
public final class FaultAroundVsHolePunch extends CatalogueRace {
    /** The race. */
    public FaultAroundVsHolePunch() {
        super(
                End.values(),
                Fix.values(),
                List.of(Mapping.values()),
                List.of(Access.values()),
                List.of(Opponent.values()));
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("the page was mapped before the punch, which took the mapping away")
        PUNCHED_AFTER,
        @Permitted("the punch had removed the page before the fault came, or its entry was taken")
        NOTHING_TO_MAP,
        @Permitted("the fault came after the page had gone and got a new one, of zeros")
        NEW_PAGE,
        @Permitted("the page lies on the hole's edge and cannot be split: zeroed, it stays in the file")
        ZEROED_IN_PLACE,
        @Permitted("a private copy was made before the page went; a punch does not touch copies")
        COPY_SURVIVES_PUNCH,
        @Permitted("a private copy was made, and the truncation removed it")
        COPY_ZAPPED,
        @Permitted("the other fault had mapped the page")
        MAPPED_BY_OTHERS,
        @Window("the page was mapped between the first zap and the second, which removed the mapping again")
        REZAPPED,
        @Window("the fault saw that a punch was under way and waited for its end, or left the page alone")
        GAVE_WAY,
        @Window("the fault found the folio locked by its opponent, and left it alone")
        SKIPPED_LOCKED,
        @Window("the fault found the page, but once it had the folio it was no longer of the file")
        SKIPPED_TRUNCATED,
        @Window("both faults saw an empty entry; the second to get the lock found it filled")
        SKIPPED_PRESENT,
        @Forbidden("after the punch an entry maps a page that has left the file")
        STALE_MAPPING,
        @Forbidden("the first zap dropped the write protection, the page was mapped again, and a store"
                + " succeeded that userfaultfd never heard of")
        SILENT_WRITE,
        @Forbidden("an entry was overwritten: the page counts more mappings than there are")
        MAPCOUNT_DRIFT,
        @Forbidden("the punch returned, and the page with its old data is still in the file")
        OLD_DATA_SURVIVES,
        @Forbidden("the truncation returned, and a private copy behind the end is still mapped")
        COPY_SURVIVES_TRUNCATION
    }

    /** The mapping that the fault is in. */
    @Dimension.Called("mapping")
    enum Mapping implements Dimension {
        @Means("a shared writable mapping")
        PLAIN,
        @Means("a shared writable mapping whose page userfaultfd write-protects")
        UFFD_WP,
        @Means("a private writable mapping")
        PRIVATE
    }

    /** Where the faulting access is. */
    @Dimension.Called("fault")
    enum Access implements Dimension {
        @Means("the access is to the page itself: there is no fault unless its entry maps nothing")
        AT_PAGE,
        @Means(
                "the access is to the page itself; the first zap is over, and another CPU has mapped the next page again")
        AT_PAGE_OF_TWO,
        @Means("the access is to a neighbour: nobody looked at the page's own entry before")
        AT_NEIGHBOUR
    }

    /** Who acts against the fault. */
    @Dimension.Called("opponent")
    enum Opponent implements Dimension {
        @Means("a hole punch over the whole file")
        PUNCH,
        @Means("a truncation of the file to nothing")
        TRUNCATE,
        @Means("another fault on the same page")
        FAULTER
    }

    /** How the first actor's thread faults. */
    private enum Fault {
        AROUND,
        DIRECT,
        COPY
    }

    /** Every fix. The history of this race is short, so most are proposals, half-way houses and mutants. */
    enum Fix implements Listed {
        SINGLE_ZAP(plainMutant(
                Linux.MAINLINE.without(HolePunch.Step.SECOND_ZAP),
                "the punch zaps once, before it takes any folio lock, and never again")),
        SECOND_ZAP_WITHOUT_FOLIO_LOCK(plainMutant(
                Linux.MAINLINE.without(FaultAround.Step.TRYLOCK_FOLIO),
                "the punch zaps again, but fault-around takes no folio lock")),
        MAINLINE(
                plain(
                                mainline(
                                        ">= 3.16; >= 5.19, userfaultfd",
                                        "-",
                                        Linux.MAINLINE,
                                        "the punch zaps again under the folio lock; fault-around maps only what it locked and checked"))
                        .in(PLAIN, AT_PAGE_OF_TWO, PUNCH)
                        .in(PLAIN, AT_PAGE, FAULTER)
                        .in(PLAIN, AT_NEIGHBOUR, FAULTER)
                        .in(UFFD_WP, AT_PAGE, PUNCH)
                        .onThreads(UFFD_WP, AT_PAGE),
                Fault.DIRECT), // 9c28a205c061: no fault-around in such mappings
        NO_FIRST_ZAP(plain(proposal(
                Linux.MAINLINE.without(HolePunch.Step.FIRST_ZAP),
                "the punch zaps only under the folio lock, once for each folio"))),
        DROP_MAPPING_RECHECK(plainMutant(
                Linux.MAINLINE.without(FaultAround.Step.RECHECK_MAPPING),
                "mainline, but fault-around does not check that the locked folio still belongs to the file")),
        DROP_NONE_CHECK(mutant(
                        Linux.MAINLINE.without(FaultAround.Step.CHECK_NONE),
                        "mainline, but fault-around fills entries without looking at them")
                .in(PLAIN, AT_PAGE, FAULTER)
                .in(PLAIN, AT_NEIGHBOUR, FAULTER)
                .breaks(SC, AT_PAGE)
                .breaks(SEQUENTIAL, AT_NEIGHBOUR)),
        WAIT_FOR_FOLIO_LOCK(mutant(
                        Linux.MAINLINE
                                .without(FaultAround.Step.TRYLOCK_FOLIO)
                                .with(FaultAround.Step.WAIT_FOR_FOLIO_LOCK),
                        "mainline, but fault-around waits for folio locks under the page-table lock")
                .in(PLAIN, AT_PAGE_OF_TWO, PUNCH)
                .breaks(SC)
                .deadlocks()),
        FIRST_PASS_ONLY(plainMutant(
                Linux.MAINLINE.without(HolePunch.Step.SECOND_PASS),
                "mainline, but the punch skips folios that it finds locked, for good")),
        ZERO_IN_PLACE(plain(
                        mainline(
                                "all",
                                "-",
                                Linux.MAINLINE
                                        .without(HolePunch.Step.SECOND_PASS)
                                        .with(HolePunch.Step.ZERO_IN_PLACE),
                                "the hole ends inside a large folio that somebody holds: it cannot be split, so its bytes are zeroed"))
                .control(() -> FIRST_PASS_ONLY)),
        PMD_MAPPED(plain(mainline(
                ">= 4.8",
                "-",
                Linux.MAINLINE.with(FaultAround.Step.MAP_PMD),
                "mainline with a huge page: one PMD entry maps it"))),
        PMD_UNSEEN(plainMutant(
                Linux.MAINLINE.with(FaultAround.Step.MAP_PMD).without(HolePunch.Step.SECOND_ZAP_SEES_PMD),
                "as PMD_MAPPED, but the second zap looks at page-table entries only")),
        WP_DROPPED(uffdWp(proposal(
                        Linux.MAINLINE.without(HolePunch.Step.LEAVE_MARKERS),
                        "uffd-wp for shmem as it stood in 2020, before it was merged: the first zap forgets the write protection,"
                                + " and fault-around maps the page again, writable"))
                .breaks(SC)),
        WP_NO_FAULT_AROUND(
                proposal(
                                Linux.MAINLINE.without(HolePunch.Step.LEAVE_MARKERS),
                                "Peter Xu's patch: no fault-around in such mappings; the direct fault waits for the punch")
                        .in(UFFD_WP, AT_PAGE, PUNCH)
                        .breaks(WEAK)
                        .onThreads(),
                Fault.DIRECT),
        WP_NO_FAULT_AROUND_NO_WAIT(
                mutant(
                                Linux.MAINLINE.without(HolePunch.Step.LEAVE_MARKERS, ShmemFault.Step.WAIT_FOR_PUNCH),
                                "as WP_NO_FAULT_AROUND, but the direct fault does not wait")
                        .in(UFFD_WP, AT_PAGE, PUNCH)
                        .breaks(SC)
                        .onThreads(),
                Fault.DIRECT),
        WP_NO_FIRST_ZAP(uffdWp(proposal(
                Linux.MAINLINE.without(HolePunch.Step.FIRST_ZAP, HolePunch.Step.LEAVE_MARKERS),
                "no first zap in such mappings: the write protection stays until the page goes"))),
        WP_MARKER(proposal(
                        Linux.MAINLINE,
                        "markers alone (999dad824c39): the first zap leaves one that remembers the write protection, and"
                                + " fault-around, which 5.19 forbids in such mappings, skips it")
                .in(UFFD_WP, AT_NEIGHBOUR, PUNCH)), // a marker at the page itself faults directly
        SHMEM_MAP_PAGES(uffdWp(proposal(
                        Linux.MAINLINE.without(HolePunch.Step.LEAVE_MARKERS).with(FaultAround.Step.HEED_PUNCH),
                        "Andrea Arcangeli's idea: fault-around for shmem heeds a published punch"))
                .breaks(WEAK, AT_PAGE)
                .breaks(SC, AT_NEIGHBOUR)
                .onThreads()), // its two places have two verdicts
        PAGE_MKWRITE(uffdWp(proposal(
                        Linux.MAINLINE.without(HolePunch.Step.LEAVE_MARKERS).with(FaultAround.Step.MAP_READ_ONLY),
                        "Matthew Wilcox's hint: map read-only, so that the first store is notified"))
                .breaks(SC)),
        PUNCH_SPARES_COPIES(mainline("all", "-", Linux.MAINLINE, "a punch leaves private copies alone")
                .in(PRIVATE, AT_PAGE, PUNCH)
                .offThreads()), // it can violate nothing
        TRUNCATE_EVEN_COPIES(mainline(
                        "all",
                        "-",
                        Linux.MAINLINE.with(HolePunch.Step.class, HolePunch.truncation(Linux.MAINLINE)),
                        "a truncation zaps private copies too, and once more after the pages are gone")
                .in(PRIVATE, AT_PAGE, TRUNCATE)),
        TRUNCATE_COPIES_ONCE(mutant(
                        Linux.MAINLINE
                                .with(HolePunch.Step.class, HolePunch.truncation(Linux.MAINLINE))
                                .without(HolePunch.Step.ZAP_COPIES_AFTER),
                        "as TRUNCATE_EVEN_COPIES, but without the zap after")
                .in(PRIVATE, AT_PAGE, TRUNCATE)
                .breaks(SC));

        private final Row row;
        private final Fault inUffdWp;

        Fix(Row row) {
            this(row, Fault.AROUND);
        }

        /**
         * Threads run a row at the page itself; but at a neighbour where it faults around in a mapping with a page to
         * protect, since there the page itself rarely faults.
         *
         * @param inUffdWp how it faults in a mapping with a page that userfaultfd write-protects
         */
        Fix(Row row, Fault inUffdWp) {
            this.row = row.onThreads(PLAIN, AT_PAGE)
                    .onThreads(PLAIN, AT_PAGE_OF_TWO)
                    .onThreads(UFFD_WP, AT_NEIGHBOUR)
                    .onThreads(PRIVATE, AT_PAGE);
            this.inUffdWp = inUffdWp;
        }

        /** It differs in how a punch meets a page that nobody protects. */
        private static Row plain(Row row) {
            return row.in(PLAIN, AT_PAGE, PUNCH).in(PLAIN, AT_NEIGHBOUR, PUNCH);
        }

        private static Row plainMutant(Kernel kernel, String difference) {
            return plain(mutant(kernel, difference)).breaks(SC);
        }

        /** It faults around where userfaultfd write-protects the page. */
        private static Row uffdWp(Row row) {
            return row.in(UFFD_WP, AT_PAGE, PUNCH).in(UFFD_WP, AT_NEIGHBOUR, PUNCH);
        }

        Fault fault(Place at) {
            return switch (at.the(Mapping.class)) {
                case PLAIN -> Fault.AROUND;
                case UFFD_WP -> inUffdWp;
                case PRIVATE -> Fault.COPY;
            };
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public @Nullable Fix usualControl(Place at) {
            return switch (at.the(Mapping.class)) {
                case PLAIN -> usualPlainControl(at);
                case UFFD_WP -> fault(at) == Fault.DIRECT ? WP_NO_FAULT_AROUND_NO_WAIT : WP_DROPPED;
                case PRIVATE -> at.is(TRUNCATE) ? TRUNCATE_COPIES_ONCE : null;
            };
        }

        private Fix usualPlainControl(Place at) {
            if (at.is(AT_PAGE_OF_TWO)) {
                return WAIT_FOR_FOLIO_LOCK;
            }
            if (at.is(FAULTER)) {
                return DROP_NONE_CHECK;
            }
            return mapsPmd() ? PMD_UNSEEN : SINGLE_ZAP;
        }

        boolean mapsPmd() {
            return row.kernel().steps(FaultAround.Step.class).has(FaultAround.Step.MAP_PMD);
        }

        /** Where another CPU has mapped the next page again, the first zap is over. */
        @Override
        public Kernel kernel(Place at) {
            return at.is(AT_PAGE_OF_TWO) ? row.kernel().without(HolePunch.Step.FIRST_ZAP) : row.kernel();
        }

        /** What can be dropped without asking another question: a truncation is no punch, and a huge page has no table. */
        @Override
        public List<Steps<?>> steps(Place at) {
            Kernel here = kernel(at);
            Steps<ShmemFault.Step> direct = here.steps(ShmemFault.Step.class);
            Steps<?> fault = fault(at) == Fault.AROUND
                    ? here.steps(FaultAround.Step.class).without(FaultAround.Step.MAP_PMD)
                    : direct;
            return List.of(
                    fault,
                    at.is(FAULTER) ? direct : here.steps(HolePunch.Step.class).without(HolePunch.Step.TRUNCATE));
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new State(machine, at, kernel, this);
        }
    }

    /** What the first actor came to. */
    private record Faulted(FaultEnd fault, int storedTo) {}

    /** A file of one page, or two where a deadlock needs them; nothing is mapped, or one entry that userfaultfd protects. */
    private static final class State implements Scenario.OfTwo<Faulted, Object> {
        private static final int NOTHING = 0;
        private static final long BEFORE_PUNCH = 1;
        private static final long USER_WROTE = 2;
        private static final int FAULTING_CPU = 0;
        /** How often the thread reads a page that is mapped: once would nearly always be before the punch's first step. */
        private static final int TOUCHES = 6;

        private final Fault how;
        private final boolean mapsReadOnly;
        private final boolean zeroesInPlace;
        private final Mapping mapping;
        private final Access at;
        private final Opponent opponent;
        private final Folio folio;
        private final List<Folio> folios;
        private final List<Word> entries;
        private final Mm mm;
        private final Inode file;
        private final FaultAround faultAround;
        private final ShmemFault fault;
        private final ShmemFault otherFault;
        private final Steps<HolePunch.Step> punchSteps;
        private final HolePunch punch;

        State(Machine machine, Place place, Kernel kernel, Fix fix) {
            how = fix.fault(place);
            Kernel whole = fix.row().kernel(); // what is done and judged stays the same when a step is dropped
            mapsReadOnly = whole.steps(FaultAround.Step.class).has(FaultAround.Step.MAP_READ_ONLY);
            zeroesInPlace = whole.steps(HolePunch.Step.class).has(HolePunch.Step.ZERO_IN_PLACE);
            mapping = place.the(Mapping.class);
            at = place.the(Access.class);
            opponent = place.the(Opponent.class);
            boolean two = at == Access.AT_PAGE_OF_TWO;
            boolean pmd = fix.mapsPmd();
            boolean writeProtected = mapping == Mapping.UFFD_WP;
            Scene scene = new Scene(machine, On.X86.platform());
            folio = scene.shmem("folio")
                    .large(pmd)
                    .mapped(writeProtected ? 1 : 0)
                    .holding(BEFORE_PUNCH);
            Folio spare = scene.free("new");
            long unmapped = writeProtected ? Pte.present(folio.pfn, Pte.ACCESSED | Pte.UFFD_WP) : Pte.NONE;
            if (two) {
                Folio next = scene.shmem("folio2").mapped().holding(BEFORE_PUNCH);
                folios = List.of(folio, spare, next);
                file = new Inode(machine, Folio.SHMEM, folio, next);
                mm = scene.mm("mm").mapping(unmapped, Pte.present(next.pfn, Pte.ACCESSED | Pte.WRITE));
                entries = List.of(mm.entry(0).word, mm.entry(1).word);
            } else {
                Folio otherSpare = scene.free("new2");
                folios = List.of(folio, spare, otherSpare);
                file = new Inode(machine, Folio.SHMEM, folio);
                Scene.Space space = scene.mm("mm");
                mm = pmd ? space.mappingNothing() : space.mapping(unmapped);
                entries = List.of((pmd ? mm.table.pmd() : mm.entry(0)).word);
            }
            faultAround = kernel.replace(new FaultAround(kernel, mm, file));
            fault = kernel.replace(new ShmemFault(kernel, mm, file, FreeFolios.only(spare)));
            otherFault = kernel.replace(new ShmemFault(kernel, mm, file, FreeFolios.only(folios.get(2))));
            punchSteps = kernel.steps(HolePunch.Step.class);
            punch = kernel.replace(new HolePunch(kernel, mm, file));
        }

        @Override
        public Faulted first() {
            FaultEnd end = FaultEnd.NO_FAULT;
            for (int touches = 0; touches < TOUCHES && end == FaultEnd.NO_FAULT; touches++) {
                end = touch();
            }
            return new Faulted(end, zeroesInPlace ? NOTHING : store()); // a store would hide whether it was zeroed
        }

        private FaultEnd touch() {
            return switch (how) {
                case AROUND -> faultAround();
                case DIRECT -> fault.handle(0);
                case COPY -> fault.handleCow(0);
            };
        }

        private FaultEnd faultAround() {
            boolean mapped =
                    at != Access.AT_NEIGHBOUR && Pte.isPresent(entries.get(0).readOnce());
            return mapped ? FaultEnd.NO_FAULT : faultAround.mapPages(0);
        }

        /** Stores if the entry lets us, in one section with the look at it: the page frame number stored to, or nothing. */
        private int store() {
            int storedTo = storeThrough(Pte.WRITE);
            boolean notified = storedTo == NOTHING && mapsReadOnly;
            return notified
                    ? storeThrough(Pte.PRESENT)
                    : storedTo; // page_mkwrite knows nothing of userfaultfd: it agrees
        }

        private int storeThrough(long permission) {
            mm.tlb.irqSave(FAULTING_CPU);
            long pte = entries.get(0).readOnce();
            boolean permitted = Pte.isPresent(pte) && Pte.has(pte, permission) && !Pte.has(pte, Pte.UFFD_WP);
            if (permitted) {
                mm.memMap.stableFolioOf(Pte.pfn(pte)).data.writeOnce(USER_WROTE);
            }
            mm.tlb.irqRestore(FAULTING_CPU);
            return permitted ? Pte.pfn(pte) : NOTHING;
        }

        @Override
        public Object second() {
            return opponent == Opponent.FAULTER ? otherFault.handle(0) : punch.punch();
        }

        @Override
        public Outcome judge(Faulted faulted, Object opposed) {
            for (Word entry : entries) {
                if (isStale(entry.readOnce())) {
                    return End.STALE_MAPPING;
                }
            }
            for (Folio each : folios) {
                if (each.mapcount.readOnce() != mappings(each)) {
                    return End.MAPCOUNT_DRIFT;
                }
            }
            if (mapping == Mapping.UFFD_WP && faulted.storedTo == folio.pfn) {
                return End.SILENT_WRITE;
            }
            return opposed instanceof HolePunch.Punched punched
                    ? judgePunch(faulted.fault, punched)
                    : judgeFaults(faulted.fault, (FaultEnd) opposed);
        }

        /** Whether an entry maps a page that has left the file. */
        private boolean isStale(long pte) {
            return Pte.isPresent(pte)
                    && mm.memMap.stableFolioOf(Pte.pfn(pte)).mapping.readOnce() == Folio.NO_MAPPING;
        }

        private int mappings(Folio of) {
            int mappings = 0;
            for (Word entry : entries) {
                long pte = entry.readOnce();
                if (Pte.isPresent(pte) && Pte.pfn(pte) == of.pfn) {
                    mappings++;
                }
            }
            return mappings;
        }

        private Outcome judgePunch(FaultEnd fault, HolePunch.Punched punched) {
            boolean inFile = file.slot(0).readOnce() == folio.pfn;
            if (zeroesInPlace && inFile && folio.data.readOnce() == 0) {
                return fault == FaultEnd.SKIPPED_LOCKED ? End.SKIPPED_LOCKED : End.ZEROED_IN_PLACE;
            }
            if (inFile) {
                return End.OLD_DATA_SURVIVES;
            }
            boolean copyMapped = fault == FaultEnd.MAPPED_COPY
                    && Pte.isPresent(entries.get(0).readOnce());
            if (copyMapped) {
                return opponent == Opponent.TRUNCATE ? End.COPY_SURVIVES_TRUNCATION : End.COPY_SURVIVES_PUNCH;
            }
            boolean firstZap = punchSteps.has(HolePunch.Step.FIRST_ZAP);
            return switch (fault) {
                case MAPPED -> punched.rezapped() && firstZap ? End.REZAPPED : End.PUNCHED_AFTER;
                case NO_FAULT -> End.PUNCHED_AFTER;
                case MAPPED_COPY -> End.COPY_ZAPPED;
                case MAPPED_NEW -> End.NEW_PAGE;
                case WAITED_FOR_PUNCH, SKIPPED_PUNCH, GAVE_UP -> End.GAVE_WAY;
                case SKIPPED_LOCKED -> End.SKIPPED_LOCKED;
                case SKIPPED_TRUNCATED, SKIPPED_MOVED -> End.SKIPPED_TRUNCATED;
                case SKIPPED_EMPTY, SKIPPED_PRESENT, BEYOND_EOF -> End.NOTHING_TO_MAP;
            };
        }

        private Outcome judgeFaults(FaultEnd fault, FaultEnd other) {
            boolean sawEmpty = fault == FaultEnd.SKIPPED_PRESENT
                    && at != Access.AT_NEIGHBOUR; // at a neighbour nobody looked before
            if (sawEmpty || other == FaultEnd.SKIPPED_PRESENT) {
                return End.SKIPPED_PRESENT;
            }
            return fault == FaultEnd.SKIPPED_LOCKED ? End.SKIPPED_LOCKED : End.MAPPED_BY_OTHERS;
        }
    }
}
