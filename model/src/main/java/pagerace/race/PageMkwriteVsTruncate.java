// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Reachability.NEVER;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.WEAK;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.machine.Tlb;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.MemMap;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.op.CleanFolio;
import pagerace.mm.op.HolePunch;
import pagerace.mm.op.SharedWriteFault;
import pagerace.mm.op.SharedWriteFault.Step;
import pagerace.mm.op.Steps;
import pagerace.mm.op.Writeback;
import pagerace.race.Dimensions.On;

/** A store to a file mapping faults; while the filesystem is asked, the page is truncated, invalidated, written or mapped. */
public final class PageMkwriteVsTruncate implements Race {
    @Override
    public String question() {
        return "Can a write fault make an entry writable for a page that has left the file meanwhile, or whose agreement the"
                + " filesystem has ended again?";
    }

    @Override
    public String anchor() {
        return "do_shared_fault and page_mkwrite against truncate_inode_pages_range, invalidate_inode_pages2 and writepages;"
                + " d00806b18315 (2.6.23), b827e496c893 (page_mkwrite returns with the page locked, 2009)";
    }

    @Override
    public List<String> references() {
        return List.of(
                "20090414071152.GC23528@wotan.suse.de: Nick Piggin, 14 April 2009, \"close page_mkwrite races\" (b827e496c893)");
    }

    @Override
    public String invariant() {
        return "a writable entry maps a page of the file, which the filesystem has agreed to see dirtied";
    }

    @Override
    public String breakingSchedule() {
        return """
                write fault                            | truncation (NO_RECHECK)
                finds the page in the page cache       |
                page_mkwrite: the filesystem agrees    |
                                                       | the file's size is zero
                                                       | no entry maps the page: nothing to zap
                                                       | locks the page and takes it out of the file
                makes the entry writable               |
                the entry maps a page that belongs to no file""";
    }

    @Override
    public List<String> notModelled() {
        return List.of(
                "a truncation into the middle of the page, and with it stores behind the end of the file (missed)",
                "the new page that a fault after an invalidation would read from disk: it finds none (missed: nothing new)",
                "an invalidation of a dirty page gives up unless its filesystem launders it first, as NFS and FUSE do; here it takes"
                        + " the page out all the same (false alarms on other filesystems)",
                "invalidate_lock, which only some filesystems take in page_mkwrite (false alarms)");
    }

    @Override
    public List<String> actors() {
        return List.of("write fault", "truncation, invalidation, writeback or another fault");
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

    private static final Steps<HolePunch.Step> COUNTED_INVALIDATION = HolePunch.INVALIDATION.with(HolePunch.Step.COUNT);

    private static final Steps<HolePunch.Step> COUNTED_TRUNCATION = HolePunch.TRUNCATION
            .with(HolePunch.Step.COUNT)
            .without(HolePunch.Step.SECOND_ZAP)
            .without(HolePunch.Step.ZAP_COPIES_AFTER);

    /** Every protocol between fault and filesystem, the oldest first. */
    enum Fix implements Candidate {
        TRUNCATE_COUNT(
                Origin.history(
                        "<= 2.6.22",
                        "-",
                        "file-d.truncate_count",
                        "no lock: a count of unmappings, sampled first, is compared under the page-table lock"),
                Steps.of(Step.TRUNCATE_COUNT, Step.PAGE_MKWRITE, Step.WAIT_STABLE, Step.RECHECK_PTE)),
        NO_RECHECK(
                Origin.mutant("file-d.norecheck", "page_mkwrite returns unlocked, and nobody looks at the page again"),
                Steps.of(Step.PAGE_MKWRITE, Step.WAIT_STABLE, Step.RECHECK_PTE)),
        RELOCK(
                Origin.history(
                        "2.6.23 .. 2.6.29",
                        "d00806b18315",
                        "file-d.relock",
                        "page_mkwrite returns unlocked; then a page that was missing is locked, and must still have a mapping; it is"
                                + " unlocked before it is marked dirty. One that was mapped already is only waited for"),
                Steps.of(
                        Step.PAGE_MKWRITE,
                        Step.WAIT_STABLE,
                        Step.RELOCK,
                        Step.RECHECK_PTE,
                        Step.UNLOCK_BEFORE_DIRTY,
                        Step.WAIT_UNLOCKED_BEFORE_DIRTY)),
        RETURN_LOCKED(
                Origin.mainline(
                        ">= 2.6.30",
                        "b827e496c893",
                        "file-d.locked",
                        "page_mkwrite returns with the page locked, and it stays locked until it is marked dirty"),
                SharedWriteFault.MAINLINE),
        DROP_PTE_RECHECK(
                Origin.mutant("file-d.noPTLrecheck", "mainline, but the fault overwrites an entry that has changed"),
                SharedWriteFault.MAINLINE.without(Step.RECHECK_PTE)),
        UNLOCK_BEFORE_DIRTY(
                Origin.mutant(
                        "file-d.dirty-after-unlock", "mainline, but the page is unlocked before it is marked dirty"),
                SharedWriteFault.MAINLINE.with(Step.UNLOCK_BEFORE_DIRTY));

        private final Origin origin;
        private final Steps<Step> fault;

        Fix(Origin origin, Steps<Step> fault) {
            this.origin = origin;
            this.fault = fault;
        }

        /** The mutants that differ against one opponent only are asked there. */
        @Override
        public boolean has(Place at) {
            return switch (this) {
                case DROP_PTE_RECHECK -> at.is(Opponent.FAULTER);
                case UNLOCK_BEFORE_DIRTY -> at.is(Opponent.WRITEBACK);
                default -> true;
            };
        }

        /** A fault that found its page in an entry sees in that entry whether the page was taken away. */
        @Override
        public Reachability reachableFrom(Place at) {
            boolean missing = at.is(Entry.MISSING);
            boolean writeback = at.is(Opponent.WRITEBACK);
            return switch (this) {
                case TRUNCATE_COUNT -> writeback || (missing && at.is(Opponent.INVALIDATE)) ? SC : NEVER;
                case NO_RECHECK -> writeback || (missing && !at.is(Opponent.FAULTER)) ? SC : afterUnorderedZap(at);
                case RELOCK -> writeback ? SC : NEVER;
                case RETURN_LOCKED -> NEVER;
                case DROP_PTE_RECHECK -> missing ? SC : NEVER;
                case UNLOCK_BEFORE_DIRTY -> SC;
            };
        }

        /** A fault that finds the entry zapped may still see the file's old size, where nothing orders the two. */
        private static Reachability afterUnorderedZap(Place at) {
            return at.is(Opponent.TRUNCATE) && at.is(On.ARM64) ? WEAK : NEVER;
        }

        /** The kernels that counted unmapped a truncated range once, before they looked for pages. */
        private Steps<HolePunch.Step> removal(Opponent opponent) {
            boolean counts = fault.has(Step.TRUNCATE_COUNT);
            return opponent == Opponent.INVALIDATE
                    ? counts ? COUNTED_INVALIDATION : HolePunch.INVALIDATION
                    : counts ? COUNTED_TRUNCATION : HolePunch.TRUNCATION;
        }

        @Override
        public @Nullable Fix control(Place at) {
            if (at.is(Entry.PROTECTED) && !at.is(Opponent.WRITEBACK)) {
                return null;
            }
            return at.is(Opponent.FAULTER) ? DROP_PTE_RECHECK : NO_RECHECK;
        }

        /** Two faults, and the two ways of removing a page, are the same race in every protocol that was ever right. */
        @Override
        public boolean isPlanned(Place at) {
            boolean once = this == RETURN_LOCKED || this == DROP_PTE_RECHECK || this == UNLOCK_BEFORE_DIRTY;
            boolean decides = switch (at.the(Opponent.class)) {
                case TRUNCATE, WRITEBACK -> true;
                case INVALIDATE -> this == TRUNCATE_COUNT;
                case FAULTER -> once;
            };
            return at.is(On.X86) && at.is(Entry.MISSING) && decides;
        }

        /** Stable pages are for whoever stores, not for whoever maps. */
        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of(fault.without(Step.WAIT_STABLE));
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
        return List.of(List.of(Opponent.values()), List.of(Entry.values()), List.of(On.X86, On.ARM64));
    }

    /**
     * What the fault came to.
     *
     * @param end how it ended
     * @param metWriteback whether writeback was at work just after, and not just before
     */
    private record Faulted(SharedWriteFault.End end, boolean metWriteback) {}

    /** One clean page of a file. */
    private static final class State implements Scenario<Faulted, Object> {
        private static final long CONTENT = 1;

        private final Opponent opponent;
        private final Folio folio;
        private final DiskFile file;
        private final Mm mm;
        private final SharedWriteFault fault;
        private final HolePunch punch;
        private final Writeback writeback;

        State(Machine machine, Place at, Changes changes, Fix fix) {
            opponent = at.the(Opponent.class);
            Platform platform = at.the(On.class).platform();
            int mappings = at.is(Entry.PROTECTED) ? 1 : 0;
            folio = new Folio(
                    machine,
                    "folio",
                    1,
                    false,
                    new Folio.Initially(1 + mappings, mappings, Folio.UPTODATE, Folio.FILE, CONTENT));
            MemMap memMap = new MemMap(machine, List.of(folio));
            file = new DiskFile(machine, folio, CONTENT, false);
            mm = new Mm(
                    machine,
                    "mm",
                    new PageTable(machine, "mm", mappings == 0 ? Pte.NONE : Pte.present(1, Pte.ACCESSED)),
                    new Tlb(machine, platform.flush(), 0),
                    false);
            fault = changes.replace(new SharedWriteFault(machine, mm, memMap, file, changes.keep(fix.fault)));
            punch = changes.replace(new HolePunch(machine, mm, memMap, file, platform, fix.removal(opponent)));
            CleanFolio clean =
                    changes.replace(new CleanFolio(machine, file, List.of(mm), platform, CleanFolio.MAINLINE));
            writeback = changes.replace(new Writeback(file, clean, Writeback.MAINLINE));
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
            long entry = mm.table.pte(0).readOnce();
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
