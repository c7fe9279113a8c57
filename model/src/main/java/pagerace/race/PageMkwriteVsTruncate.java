// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Dimensions.On.ARM64;
import static pagerace.race.Dimensions.On.X86;
import static pagerace.race.PageMkwriteVsTruncate.Entry.MISSING;
import static pagerace.race.PageMkwriteVsTruncate.Entry.PROTECTED;
import static pagerace.race.PageMkwriteVsTruncate.Opponent.FAULTER;
import static pagerace.race.PageMkwriteVsTruncate.Opponent.INVALIDATE;
import static pagerace.race.PageMkwriteVsTruncate.Opponent.TRUNCATE;
import static pagerace.race.PageMkwriteVsTruncate.Opponent.WRITEBACK;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.WEAK;
import static pagerace.race.Row.history;
import static pagerace.race.Row.mainline;
import static pagerace.race.Row.mutant;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.Steps;
import pagerace.mm.op.CleanFolio;
import pagerace.mm.op.HolePunch;
import pagerace.mm.op.Linux;
import pagerace.mm.op.SharedWriteFault;
import pagerace.mm.op.Writeback;
import pagerace.mm.op.Zap;
import pagerace.race.Dimensions.On;

/** A store to a file mapping faults; while the filesystem is asked, the page is truncated, invalidated, written or mapped. */
@Race.Head(
        question =
                "Can a write fault make an entry writable for a page that has left the file meanwhile, or whose agreement the"
                        + " filesystem has ended again?",
        anchor =
                "do_shared_fault and page_mkwrite against truncate_inode_pages_range, invalidate_inode_pages2 and writepages;"
                        + " d00806b18315 (2.6.23), b827e496c893 (page_mkwrite returns with the page locked, 2009)",
        references = {
            "20090414071152.GC23528@wotan.suse.de: Nick Piggin, 14 April 2009, \"close page_mkwrite races\" (b827e496c893)"
        },
        invariant = "a writable entry maps a page of the file, which the filesystem has agreed to see dirtied",
        actors = {"write fault", "truncation, invalidation, writeback or another fault"},
        breakingSchedule = """
                write fault                            | truncation (NO_RECHECK)
                finds the page in the page cache       |
                page_mkwrite: the filesystem agrees    |
                                                       | the file's size is zero
                                                       | no entry maps the page: nothing to zap
                                                       | locks the page and takes it out of the file
                makes the entry writable               |
                the entry maps a page that belongs to no file""",
        notModelled = {
            "a truncation into the middle of the page, and with it stores behind the end of the file (missed)",
            "the new page that a fault after an invalidation would read from disk: it finds none (missed: nothing new)",
            "an invalidation of a dirty page gives up unless its filesystem launders it first, as NFS and FUSE do; here it takes"
                    + " the page out all the same (false alarms on other filesystems)",
            "invalidate_lock, which only some filesystems take in page_mkwrite (false alarms)"
        })
public final class PageMkwriteVsTruncate extends CatalogueRace {
    /** The race. */
    public PageMkwriteVsTruncate() {
        super(
                End.values(),
                Fix.values(),
                List.of(Opponent.values()),
                List.of(Entry.values()),
                List.of(On.X86, On.ARM64));
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("the entry is writable, and everybody agrees")
        MAPPED,
        @Permitted("the page was mapped, then cleaned: the entry is read-only again")
        MAPPED_THEN_CLEANED,
        @Permitted("the page was mapped, then taken out of the file together with its mapping")
        MAPPED_THEN_REMOVED,
        @Permitted("the page was gone before the fault came")
        NOTHING_TO_MAP,
        @Permitted("another fault had mapped the page")
        MAPPED_BY_OTHERS,
        @Window("the fault found the page, but it left the file before it was mapped: the fault starts again")
        TRUNCATED_MEANWHILE,
        @Window("the page was to be removed while the fault held its lock: the removal waited")
        REMOVAL_WAITED,
        @Window("the fault saw that a range had been unmapped meanwhile, and starts again")
        COUNT_MOVED,
        @Window("both faults saw an empty entry; the second to get the lock found it filled")
        MAPPED_MEANWHILE,
        @Window("the page was left alone before the fault, and locked or being written by writeback when it was done")
        MET_WRITEBACK,
        @Forbidden("an entry maps a page that has left the file")
        STALE_MAPPING,
        @Forbidden("the entry is writable, and the filesystem has not agreed")
        WRITABLE_UNRESERVED,
        @Forbidden("the page is dirty, and the filesystem has not agreed")
        DIRTY_UNRESERVED,
        @Forbidden("an entry was overwritten: the page counts more mappings than there are")
        MAPCOUNT_DRIFT
    }

    /** Who acts against the fault. */
    @Dimension.Called("opponent")
    enum Opponent implements Dimension {
        @Means("a truncation of the file to nothing")
        TRUNCATE,
        @Means("an invalidation of the page, which stays inside the file's size")
        INVALIDATE,
        @Means("writeback of the page")
        WRITEBACK,
        @Means("another write fault on the page")
        FAULTER
    }

    /** What the fault met. */
    @Dimension.Called("entry")
    enum Entry implements Dimension {
        @Means("the entry maps nothing: the fault finds the page in the page cache")
        MISSING,
        @Means("the entry maps the page read-only: the fault has its page from there, and sees if it is taken away")
        PROTECTED
    }

    /**
     * Every protocol between fault and filesystem, the oldest first. A fault that found its page in an entry sees in that
     * entry whether the page was taken away.
     */
    enum Fix implements Listed {
        TRUNCATE_COUNT(history(
                        "<= 2.6.22",
                        "-",
                        Linux.V2_6_20,
                        "no lock: a count of unmappings, sampled first, is compared under the page-table lock")
                .breaks(SC, MISSING, INVALIDATE)
                .breaks(SC, WRITEBACK)
                .onThreads(INVALIDATE, MISSING, X86)),
        NO_RECHECK(mutant(
                        Linux.MAINLINE.without(SharedWriteFault.Step.RETURN_LOCKED),
                        "page_mkwrite returns unlocked, and nobody looks at the page again")
                .breaks(SC, MISSING, TRUNCATE)
                .breaks(SC, MISSING, INVALIDATE)
                // a fault that finds the entry zapped may still see the file's old size, where nothing orders the two
                .breaks(WEAK, PROTECTED, TRUNCATE, ARM64)
                .breaks(SC, WRITEBACK)),
        RELOCK(history(
                        "2.6.23 .. 2.6.29",
                        "d00806b18315",
                        Linux.V2_6_23,
                        "page_mkwrite returns unlocked; then a page that was missing is locked, and must still have a mapping; it is"
                                + " unlocked before it is marked dirty. One that was mapped already is only waited for")
                .breaks(SC, WRITEBACK)),
        RETURN_LOCKED(mainline(
                        ">= 2.6.30",
                        "b827e496c893",
                        Linux.MAINLINE,
                        "page_mkwrite returns with the page locked, and it stays locked until it is marked dirty")
                .onThreads(FAULTER, MISSING, X86)),
        FAULT_DROPS_PTE_RECHECK(mutant(
                        Linux.MAINLINE.without(SharedWriteFault.Step.RECHECK_PTE),
                        "mainline, but the fault overwrites an entry that has changed")
                .in(FAULTER)
                .breaks(SC, MISSING)
                .onThreads(FAULTER, MISSING, X86)),
        UNLOCK_BEFORE_DIRTY(mutant(
                        Linux.MAINLINE.with(SharedWriteFault.Step.UNLOCK_BEFORE_DIRTY),
                        "mainline, but the page is unlocked before it is marked dirty")
                .in(WRITEBACK)
                .breaks(SC));

        private final Row row;

        /** Two faults, and the two ways of removing a page, are the same race in every protocol that was ever right. */
        Fix(Row row) {
            this.row = row.onThreads(TRUNCATE, MISSING, X86).onThreads(WRITEBACK, MISSING, X86);
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public @Nullable Fix usualControl(Place at) {
            if (at.is(PROTECTED) && !at.is(WRITEBACK)) {
                return null;
            }
            return at.is(FAULTER) ? FAULT_DROPS_PTE_RECHECK : NO_RECHECK;
        }

        /** An actor that takes pages out does it as the kernel of the fault does. */
        @Override
        public Kernel kernel(Place at) {
            return row.kernel()
                    .with(Zap.Step.class, Linux.V6_2) // of its older forms MkcleanVsZap asks
                    .with(
                            HolePunch.Step.class,
                            at.is(INVALIDATE)
                                    ? HolePunch.invalidation(row.kernel())
                                    : HolePunch.truncation(row.kernel()));
        }

        /** Stable pages are for an actor that stores, not for one that maps. */
        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of(row.kernel().steps(SharedWriteFault.Step.class).without(SharedWriteFault.Step.WAIT_STABLE));
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new State(machine, at, kernel);
        }
    }

    /**
     * What the fault came to.
     *
     * @param end how it ended
     * @param metWriteback whether writeback was at work just after, and not just before
     */
    private record Faulted(SharedWriteFault.End end, boolean metWriteback) {}

    /** One clean page of a file. */
    private static final class State implements Scenario.OfTwo<Faulted, Object> {
        private static final long CONTENT = 1;

        private final Opponent opponent;
        private final Folio folio;
        private final DiskFile file;
        private final Mm mm;
        private final SharedWriteFault fault;
        private final HolePunch punch;
        private final Writeback writeback;

        State(Machine machine, Place at, Kernel kernel) {
            opponent = at.the(Opponent.class);
            boolean mapped = at.is(PROTECTED);
            Scene scene = new Scene(machine, at.the(On.class).platform());
            folio = scene.file("folio").mapped(mapped ? 1 : 0).holding(CONTENT);
            file = new DiskFile(machine, folio, CONTENT, false);
            mm = scene.mm("mm").walkers(0).mapping(mapped ? Pte.present(folio.pfn, Pte.ACCESSED) : Pte.NONE);
            fault = kernel.replace(new SharedWriteFault(kernel, mm, file));
            punch = kernel.replace(new HolePunch(kernel, mm, file));
            CleanFolio clean = kernel.replace(new CleanFolio(kernel, file, List.of(mm)));
            writeback = kernel.replace(new Writeback(kernel, file, clean));
        }

        @Override
        public Faulted first() {
            boolean before = isBusy();
            SharedWriteFault.End end = fault.handle();
            return new Faulted(end, !before && isBusy());
        }

        /** Only writeback is looked for: the other opponents leave traces of their own. */
        private boolean isBusy() {
            return opponent == Opponent.WRITEBACK && folio.test(Folio.LOCKED | Folio.WRITEBACK);
        }

        @Override
        public Object second() {
            return switch (opponent) {
                case TRUNCATE, INVALIDATE -> punch.punch();
                case WRITEBACK -> writeback.write(folio);
                case FAULTER -> fault.handle();
            };
        }

        @Override
        public Outcome judge(Faulted faulted, Object opposed) {
            long entry = mm.entry(0).word.readOnce();
            boolean inFile = file.inode.owns(folio);
            if (Pte.isPresent(entry) && !inFile) {
                return End.STALE_MAPPING;
            }
            if (folio.mapcount.readOnce() != (Pte.isPresent(entry) ? 1 : 0)) {
                return End.MAPCOUNT_DRIFT;
            }
            if (Pte.isWritable(entry) && !file.isReserved()) {
                return End.WRITABLE_UNRESERVED;
            }
            if (inFile && folio.test(Folio.DIRTY) && !file.isReserved()) {
                return End.DIRTY_UNRESERVED;
            }
            if (faulted.metWriteback) {
                return End.MET_WRITEBACK;
            }
            return switch (faulted.end) {
                case NO_FAULT -> End.MAPPED_BY_OTHERS;
                case SIGBUS -> End.NOTHING_TO_MAP;
                case TRUNCATED -> End.TRUNCATED_MEANWHILE;
                case COUNT_MOVED -> End.COUNT_MOVED;
                case PTE_CHANGED -> opponent == Opponent.FAULTER ? End.MAPPED_MEANWHILE : End.TRUNCATED_MEANWHILE;
                case MADE_WRITABLE -> {
                    if (opposed == SharedWriteFault.End.PTE_CHANGED) {
                        yield End.MAPPED_MEANWHILE;
                    }
                    if (Pte.isWritable(entry)) {
                        yield End.MAPPED;
                    }
                    if (inFile) {
                        yield End.MAPPED_THEN_CLEANED;
                    }
                    yield ((HolePunch.Punched) opposed).skipped() ? End.REMOVAL_WAITED : End.MAPPED_THEN_REMOVED;
                }
            };
        }
    }
}
