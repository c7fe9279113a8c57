// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Reachability.SC;
import static pagerace.race.Row.history;
import static pagerace.race.Row.mainline;
import static pagerace.race.Row.mutant;
import static pagerace.race.Row.proposal;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.mm.Entry;
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
import pagerace.mm.op.Share;
import pagerace.mm.op.SwapIn;
import pagerace.mm.op.UserAccess;
import pagerace.mm.op.WriteFault;
import pagerace.mm.op.Zap;
import pagerace.race.Dimensions.On;

/**
 * Reclaim takes away a page that parent and child share, while the parent leaves it and the child, to whom it now belongs alone,
 * writes and pins it.
 */
@Race.Head(
        question =
                "Two processes map a page, and one of them leaves it: can reclaim unmap the page although the other has just pinned"
                        + " it, so that the other's next write goes to a copy?",
        anchor =
                "shrink_folio_list, try_to_unmap and rmap_walk_anon, do_wp_page, zap_pte_range against gup_fast; 09854ba94c6a (reuse"
                        + " by refcount), feb889fb40fa (no pinned pages in the swap cache), 6c287605fd56 (PG_anon_exclusive),"
                        + " 088b8aa537c2 (fences), d824ec2a1546 (second look)",
        references = {
            "20220428083441.37290-1-david@redhat.com: David Hildenbrand, 28 April 2022: page_maybe_dma_pinned without a per-process"
                    + " sequence lock, and why reclaim is hard to fix: its reverse mapping is not limited to a single process"
        },
        invariant =
                "a page that the child has pinned stays the child's page: it is not unmapped, the device sees what the"
                        + " child writes after reclaim, and the child sees what the device writes",
        actors = {"reclaim", "child", "parent"},
        breakingSchedule = """
                reclaim (SEQ_OF_FIRST)                | child                      | parent
                                                      |                            | zaps the page
                                                      | writes: alone, so reuse    |
                isolates and locks the page           |                            |
                makes the parent's seq count odd      |                            |
                no pins: goes on                      |                            |
                                                      | takes its pin              |
                                                      | its own is even: ok        |
                replaces the child's entry            |                            |
                the child reads: swap-in maps the page read-only
                the child writes: fault, too many references, copy: the pin holds the old page""",
        notModelled = {
            "pins for reading through a read-only entry: before 5.19 a write alone separates them from their process (missed)",
            "the slow path, which asks for no count: a proposal that only makes counts odd cannot stop it (missed)",
            "a fork beside reclaim: two writers of one count would make it even (missed, for the proposals)",
            "a parent that leaves by writing, and so gets a copy (missed)",
            "page-table updates without order, as on arm64 (missed: see ShrinkVsPin)",
            "the locks of the LRU list, and of the reverse mapping (may reach more)",
            "the end of an exit, after which the reverse mapping names the child first: the parent here zaps the page by"
                    + " MADV_DONTNEED, or its exit has not come to its VMAs yet (false alarms, for SEQ_OF_FIRST)",
            "that reuse tells the reverse mapping since 5.19 that the page is the child's alone, and that up to 6.6 it set the"
                    + " exclusive bit under the folio lock (may reach more, for mainline and its mutant)",
            "an exit that finds a swap entry in the place of the page: it leaves that (missed reuse)",
            "writeback that is still running at swap-in: the device writes at once here (missed unnecessary copies)"
        })
public final class ShrinkVsPinVsLeave extends CatalogueRace {
    /** The race. */
    public ShrinkVsPinVsLeave() {
        super(End.values(), Fix.values());
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("the child's write went to a copy: the parent still shared the page, or reclaim had isolated it")
        CHILD_COPIED,
        @Permitted("reclaim had unmapped the page before the child wrote")
        WRITE_TOO_LATE,
        @Permitted(
                "the child wrote in place and pinned the page before reclaim looked for pins: the page stayed as it was")
        KEPT_FOR_PIN,
        @Permitted("the child wrote in place, but reclaim had unmapped the page before the pin came")
        PIN_TOO_LATE,
        @Window("reclaim found the folio locked by the child's fault, and left it alone")
        LOCK_BUSY,
        @Window("the child's entry changed during its fault; nothing came of that")
        FAULT_UNDONE,
        @Window(
                "the pin came after reclaim's first look; reclaim saw it under the cleared entry and put the entry back")
        SHARE_REFUSED,
        @Window("GUP-fast took its reference, saw that reclaim had changed the entry, and gave it back")
        PIN_UNDONE,
        @Window(
                "GUP-fast found the sequence count of its address space odd, or changed, and left the page to the slow path")
        LEFT_TO_SLOW_PATH,
        @Forbidden("reclaim unmapped the page under the pin, and the child's next write went to a copy")
        OUT_OF_SYNC,
        @Forbidden("reclaim unmapped the page although the pin stayed on it")
        PINNED_YET_UNMAPPED,
        @Forbidden("the child's entry became a swap entry while the page was still marked exclusive")
        SWAPPED_YET_EXCLUSIVE
    }

    /** Mainline; but for the look after the unmapping, of 6.4, which comes too late for what is asked here. */
    private static final Kernel FENCES = PRESENT.without(Reclaim.Step.KEEP_PINNED_AFTER_UNMAP);

    /** What the cover letter was written about, with a pin as of 6.1, whose halves are ordered. */
    private static final Kernel WITH_COUNTS =
            Linux.V5_18.with(GupFast.Step.FENCE_AFTER_PIN).with(Reclaim.Step.FENCE_AFTER_SEQ);

    /** Every fix, the oldest first. */
    enum Fix implements Listed {
        SKIP_PINNED(history(
                        "5.11 .. 5.18",
                        "feb889fb40fa",
                        Linux.V5_14,
                        "reclaim first looks for pins, and never again (5.18 differs in swap-in, which reuses by the refcount"
                                + " only)")
                .breaks(SC)),
        SEQ_OF_FIRST(proposal(
                        WITH_COUNTS.with(Reclaim.Step.SEQ_OF_FIRST),
                        "as SKIP_PINNED, in 5.18, and from its look for pins until the page is unmapped, reclaim keeps the"
                                + " write_protect_seq of the first process that the reverse mapping names, the parent, odd")
                .breaks(SC)),
        SEQ_OF_ALL(proposal(
                        WITH_COUNTS.with(Reclaim.Step.SEQ_OF_ALL),
                        "as SEQ_OF_FIRST, but with the counts of all processes that the reverse mapping will meet")
                .control(() -> SEQ_OF_FIRST)),
        SHARE_WITH_FENCES(mainline(
                ">= 6.1",
                "088b8aa537c2",
                FENCES,
                "only exclusive pages are pinned; reclaim clears an entry, looks for pins again between full fences, and gives up"
                        + " exclusivity only then")),
        EXCLUSIVE_BEFORE_WALK(mutation(
                FENCES.with(Reclaim.Step.EXCLUSIVE_BEFORE_WALK),
                "reclaim asks whether the page is exclusive before it takes any page-table lock (since 6.7 reuse sets"
                        + " the bit after it has released the folio lock)"));

        private final Row row;

        Fix(Row row) {
            this.row = row.onThreads();
        }

        private static Row mutation(Kernel kernel, String difference) {
            return mutant(kernel, "mainline, but " + difference).breaks(SC);
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public Fix usualControl(Place at) {
            return EXCLUSIVE_BEFORE_WALK;
        }

        /** Reclaim must not write: under a pin it would not, and without one nobody asks. */
        @Override
        public Kernel kernel(Place at) {
            return row.kernel().with(Reclaim.Step.KEEP_DIRTY);
        }

        /** None: which step is needed {@link ShrinkVsPin} asks, in a tenth of the states. */
        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of();
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new State(machine, kernel);
        }
    }

    /**
     * What became of the child.
     *
     * @param fault how its write fault ended; null if its entry had become a swap entry
     * @param grab what GUP-fast returned; null if the child did not write in place
     */
    private record Used(WriteFault.@Nullable End fault, GupFast.@Nullable Grab grab) {}

    /** A page that parent and child map read-only since a fork; an empty swap slot; a free page for a copy. */
    private static final class State implements Scenario.OfThree<Reclaim.End, Used, Zap.End> {
        private static final long BEFORE_RECLAIM = 1;
        private static final long CHILD_WROTE = 2;
        private static final long DEVICE_WROTE = 3;

        private final Folio folio;
        private final Entry childEntry;
        private final Entry parentEntry;
        private final Reclaim reclaim;
        private final WriteFault childFault;
        private final GupFast gupFast;
        private final Zap parentZap;
        private final UserAccess child;

        State(Machine machine, Kernel kernel) {
            Scene scene = new Scene(machine, On.X86_BATCHED.platform());
            folio = scene.anon("folio").mapped(2).holding(BEFORE_RECLAIM);
            FreeFolios spare = FreeFolios.only(scene.free("copy"));
            long entry = Pte.present(folio.pfn, Pte.ACCESSED);
            Mm parentMm = scene.mm("parent").walkers(3).hasPinned(true).mapping(entry);
            Mm childMm = scene.mm("child").walkers(3).hasPinned(true).mapping(entry);
            parentEntry = parentMm.entry(0);
            childEntry = childMm.entry(0);
            SwapSpace swap = new SwapSpace(machine, false);
            reclaim = kernel.replace(new Reclaim(
                    kernel,
                    swap,
                    List.of(kernel.replace(new Share(kernel, parentMm)), kernel.replace(new Share(kernel, childMm)))));
            childFault = kernel.replace(new WriteFault(kernel, childMm, swap, spare));
            gupFast = kernel.replace(new GupFast(kernel, childMm));
            parentZap = kernel.replace(new Zap(kernel, parentMm));
            child = new UserAccess(childMm, childFault, kernel.replace(new SwapIn(kernel, childMm, swap, spare)));
        }

        /** With the isolation, whose reference makes every later write fault copy. */
        @Override
        public Reclaim.End first() {
            return folio.tryGet()
                    ? reclaim.shrink(folio, List.of(parentEntry, childEntry))
                    : Reclaim.End.KEPT_UNMAPPED_BY_OTHERS;
        }

        @Override
        public Used second() {
            long seen = childEntry.word.readOnce();
            if (!Pte.isPresent(seen)) {
                return new Used(null, null);
            }
            WriteFault.End fault = childFault.handle(childEntry, seen, false);
            return fault == WriteFault.End.REUSED
                    ? new Used(fault, gupFast.grab(1, childEntry, GupFast.FOLL_WRITE | GupFast.FOLL_PIN))
                    : new Used(fault, null);
        }

        @Override
        public Zap.End third() {
            return parentZap.zap(parentEntry);
        }

        @Override
        public Outcome judge(Reclaim.End reclaimed, Used used, Zap.End left) {
            long entry = childEntry.word.readOnce();
            boolean swappedYetExclusive = folio.test(Folio.ANON_EXCLUSIVE) && Pte.has(entry, Pte.SWAP);
            GupFast.Grab grab = used.grab;
            boolean pinned = grab != null && grab.isPinned();
            if (pinned && !inSync()) {
                return End.OUT_OF_SYNC;
            }
            if (pinned && reclaimed.isUnmapped()) {
                return End.PINNED_YET_UNMAPPED;
            }
            if (swappedYetExclusive) {
                return End.SWAPPED_YET_EXCLUSIVE;
            }
            if (grab == null) {
                return used.fault == null
                        ? End.WRITE_TOO_LATE
                        : used.fault == WriteFault.End.RETRY ? End.FAULT_UNDONE : End.CHILD_COPIED;
            }
            if (pinned) {
                return reclaimed == Reclaim.End.KEPT_LOCKED
                        ? End.LOCK_BUSY
                        : reclaimed == Reclaim.End.SHARE_REFUSED ? End.SHARE_REFUSED : End.KEPT_FOR_PIN;
            }
            return switch (grab.end()) {
                case SEQ_ODD, UNDONE_SEQ -> End.LEFT_TO_SLOW_PATH;
                case UNDONE_PTE -> End.PIN_UNDONE;
                default -> End.PIN_TOO_LATE;
            };
        }

        /** After reclaim, what the child reads and writes the device reads through its pin, and back. */
        private boolean inSync() {
            child.load(0, childEntry);
            child.store(0, childEntry, CHILD_WROTE);
            boolean deviceSees = folio.data.readOnce() == CHILD_WROTE;
            folio.data.writeOnce(DEVICE_WROTE);
            return deviceSees && child.load(0, childEntry) == DEVICE_WROTE;
        }
    }
}
