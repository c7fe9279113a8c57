// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Dimensions.On.X86;
import static pagerace.race.Dimensions.On.X86_BROADCAST;
import static pagerace.race.LongtermPinVsTruncate.Memory.HELD;
import static pagerace.race.LongtermPinVsTruncate.Memory.REUSED;
import static pagerace.race.LongtermPinVsTruncate.Term.LONGTERM;
import static pagerace.race.LongtermPinVsTruncate.Term.SHORT_TERM;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.SEQUENTIAL;
import static pagerace.race.Reachability.WEAK;
import static pagerace.race.Row.history;
import static pagerace.race.Row.mainline;
import static pagerace.race.Row.mutant;
import static pagerace.race.Row.proposal;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.mm.DiskFile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.Steps;
import pagerace.mm.Vma;
import pagerace.mm.op.Admission;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.HolePunch;
import pagerace.mm.op.Linux;
import pagerace.mm.op.SlowGup;
import pagerace.mm.op.WriteFault;
import pagerace.race.Dimensions.On;

/** A page of a file is to be pinned for long and for writing, which is forbidden, while a truncation takes it out of the file. */
@Race.Head(
        question =
                "Can GUP-fast take a truncated folio of a file for memory that may be pinned for long, or ask a folio that is"
                        + " somebody else's by now?",
        anchor = "folio_fast_pin_allowed, since 6.10 gup_fast_folio_allowed, and writable_file_mapping_allowed against"
                + " truncate_inode_folio; Lorenzo Stoakes, \"mm/gup: disallow GUP writing to file-backed mappings by"
                + " default\", v1 to v9, April and May 2023; 8ac268436e6d, a6e79df92e4a, f002882ca369",
        references = {
            "f86dc089b460c80805e321747b0898fd1efe93d7.1682168199.git.lstoakes@gmail.com: Lorenzo Stoakes, 22 April 2023, the first posting",
            "a690186fc37e1ea92556a7dbd0887fe201fcc709.1683067198.git.lstoakes@gmail.com: the eighth, whose fast path reads the mapping once"
        },
        invariant =
                "no long-term pin for writing stays on a folio that belonged to a file with dirty tracking when its entry was"
                        + " read, and no verdict is drawn from a folio that the entry does not map",
        actors = {"GUP-fast, then slow GUP", "truncation"},
        breakingSchedule = """
                GUP-fast, long-term, for writing      | truncation (TRUNCATED_PASSES)
                reads the entry: writable             |
                takes its pin                         |
                reads the entry again: unchanged, ok  |
                                                      | clears the entry
                                                      | flushes the TLB: waits for nobody
                                                      | removes the folio: its mapping is NULL
                reads the mapping: no file, admitted  |
                a long-term pin is on the file's page: the slow path would have refused it""",
        notModelled = {
            "the dereference of the mapping: inodes are freed by RCU, which interrupts that are off hold up (none missed)",
            "the test for secret memory that 5.14 to 6.9 made of every folio before comparing the entry: it asks foreign"
                    + " folios, too, and can only refuse (missed foreign verdicts)",
            "a folio whose new owner publishes it before it has a mapping: its verdict would be that of a truncated one"
                    + " (missed, and harmless: the entry is compared behind it)",
            "faults of the slow path: a page that is gone is beyond the end of the file (none missed)",
            "what a pin that is kept does to writeback: a race of its own"
        })
public final class LongtermPinVsTruncate extends CatalogueRace {
    /** The race. */
    public LongtermPinVsTruncate() {
        super(
                End.values(),
                Fix.values(),
                List.of(Term.values()),
                List.of(Memory.values()),
                List.of(On.X86, On.X86_BROADCAST, On.ARM64));
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("the fast path saw a file's folio and left it to the slow path, which refused it")
        REFUSED,
        @Permitted("the truncation had emptied the entry; the slow path refused because of the mapping's kind")
        REFUSED_UNSEEN,
        @Permitted(
                "the truncation had emptied the entry; the slow path found nothing there, beyond the end of the file")
        NOTHING_THERE,
        @Permitted("a short-term pin was taken on the file's page: allowed, though not without danger to its data")
        SHORT_TERM_PIN,
        @Window("the pin was taken and undone: the truncation had cleared the entry")
        UNDONE_PTE,
        @Window("the entry had been read; the truncation then freed the folio")
        FROZEN,
        @Window(
                "the entry permitted the pin, then the folio was truncated: its mapping was NULL, which says nothing, and the"
                        + " fast path left it to the slow path")
        LEFT_TRUNCATED,
        @Window(
                "the entry permitted the pin, then the folio was truncated: its mapping was NULL, so it was no secret memory,"
                        + " and a short-term pin was taken")
        SHORT_TERM_PIN_OF_TRUNCATED,
        @Window("the fast path left a file's folio to the slow path, and by then it was truncated")
        TRUNCATED_BEFORE_SLOW_PATH,
        @Forbidden("the fast path kept a long-term pin for writing on a page of the file")
        LONGTERM_PIN,
        @Forbidden("the fast path refused, and the slow path took a long-term pin for writing on a page of the file")
        LONGTERM_PIN_BY_SLOW_PATH,
        @Forbidden(
                value =
                        "the folio was freed and allocated by somebody else; its new mapping was asked, and the pin then undone",
                byEnds = true)
        FOREIGN_VERDICT,
        @Forbidden(
                "the folio was freed and allocated by somebody else; its new mapping was asked, and the pin kept on it")
        FOREIGN_PIN
    }

    /** How long the pin is to last. */
    @Dimension.Called("pin")
    enum Term implements Dimension {
        @Means("FOLL_LONGTERM: the pin may last for hours")
        LONGTERM(GupFast.FOLL_LONGTERM),
        @Means("a pin for the time of one transfer")
        SHORT_TERM(0);

        private final int flag;

        Term(int flag) {
            this.flag = flag;
        }
    }

    /** What becomes of the memory. */
    @Dimension.Called("memory")
    enum Memory implements Dimension {
        @Means("somebody else holds a reference: the folio outlives its file")
        HELD,
        @Means("the truncation frees the folio, and another process gets it as anonymous memory at once")
        REUSED
    }

    /** Every fix, the oldest first. */
    enum Fix implements Listed {
        NO_CHECK(history("<= 6.4", "-", Linux.V6_4, "any file may be pinned for any time")
                .breaks(SEQUENTIAL)),
        SLOW_PATH_ONLY(shown(
                        proposal(
                                Linux.V6_4.with(Admission.SERIES_V3),
                                "the postings before the sixth, of which the third stands for all: the slow path refuses, in the fourth and fifth just what it should not, and the fast path does not look"))
                .breaks(SEQUENTIAL)),
        CHECK_IN_GRAB_REREAD(proposal(
                        inGrab(Admission.SERIES_V6).with(GupFast.Step.REREAD_MAPPING),
                        "the sixth posting: the fast path asks while it takes its reference, reading the mapping several"
                                + " times; the slow path's rule is the wrong way round")
                .breaks(SEQUENTIAL)),
        CHECK_IN_GRAB(asksEarly(proposal(
                inGrab(Admission.SERIES_V7),
                "the seventh posting: as before with one read, a truncated folio passes, and the slow path's rule is"
                        + " the right way round"))),
        TRUNCATED_PASSES(proposal(
                        Linux.V6_5.with(Admission.TRUNCATED_PASSES),
                        "half-way from the seventh posting to the eighth: the fast path asks once it knows that the entry"
                                + " still maps the folio, as review suggested, but a truncated folio still passes")
                .breaks(SC)
                .holds(X86)),
        CHECK_AFTER_RECHECK(shortTermToo(history(
                "6.5 .. 6.9",
                "a6e79df92e4a",
                Linux.V6_5,
                "the fast path asks once it knows that the entry still maps the folio; a truncated folio is left to"
                        + " the slow path (8ac268436e6d); the eighth posting differs for anonymous memory only"))),
        CHECK_EVERY_GRAB(shown(shortTermToo(mainline(
                ">= 6.10",
                "f002882ca369",
                Linux.V6_10,
                "as before, and the same look finds secret memory, so everybody's folio is asked")))),
        CHECK_EVERY_GRAB_PASS_TRUNCATED(shortTermToo(proposal(
                Linux.V6_10.with(Admission.TIP),
                "a development tree of 2026: as before, but a truncated folio passes unless the pin is long-term and"
                        + " for writing"))),
        REREAD_RULE_MENDED(asksEarly(proposal(
                inGrab(Admission.SERIES_V6_MENDED).with(GupFast.Step.REREAD_MAPPING),
                "as CHECK_IN_GRAB_REREAD, with the slow path's rule the right way round"))),
        CHECK_IN_GRAB_NO_PIN_FENCE(asksEarly(mutant(
                                inGrab(Admission.SERIES_V7).without(GupFast.Step.FENCE_AFTER_PIN),
                                "as CHECK_IN_GRAB on a kernel before 6.1: no fence stands between the mapping and the entry")
                        .breaks(WEAK))
                .notIn(X86)), // where flushes wait for walkers, no folio gets as far as the fence
        TRUNCATED_PASSES_NO_RECHECK(shown(mutant(
                        Linux.V6_5.with(Admission.TRUNCATED_PASSES).without(GupFast.Step.RECHECK_PTE),
                        "as TRUNCATED_PASSES, and the entry is not read a second time"))
                .breaks(SC)
                .holds(X86));

        private final Row row;

        Fix(Row row) {
            this.row = row.in(LONGTERM);
        }

        /** The last kernel before the series, whose fast path asks {@code rule} while it takes its reference. */
        private static Kernel inGrab(Admission rule) {
            return Linux.V6_4.with(rule).with(GupFast.Step.CHECK_ADMISSION_IN_GRAB);
        }

        /** Short-term pins are forbidden nowhere: they tell apart who looks at their folios. */
        private static Row shortTermToo(Row row) {
            return row.in(SHORT_TERM, HELD);
        }

        /** A check before the entry is compared asks foreign folios where flushes wait for nobody. */
        private static Row asksEarly(Row row) {
            return row.breaks(SC, REUSED).holds(X86);
        }

        /**
         * The present kernel where flushes wait for nobody, the mutant with the widest window, and one that needs no race. The
         * others that have a fast path of their own, and memory that is used again, need most of a truncation between two
         * reads that stand close together: threads show that too rarely, even where it is harmless. And the releases since
         * 6.5 differ for pins that are not for long.
         */
        private static Row shown(Row row) {
            return row.onThreads(LONGTERM, HELD, X86_BROADCAST);
        }

        @Override
        public Row row() {
            return row;
        }

        /** Where a flush waits for walkers there is no race to lose: the control is the check that is not there. */
        @Override
        public @Nullable Fix usualControl(Place at) {
            if (at.is(SHORT_TERM)) {
                return null;
            }
            return at.is(X86) ? SLOW_PATH_ONLY : TRUNCATED_PASSES_NO_RECHECK;
        }

        @Override
        public Kernel kernel(Place at) {
            return row.kernel().with(HolePunch.Step.class, HolePunch.truncation(row.kernel()));
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            Kernel kernel = kernel(at);
            return List.of(
                    kernel.steps(GupFast.Step.class),
                    kernel.steps(HolePunch.Step.class).without(HolePunch.Step.TRUNCATE));
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new State(machine, at, kernel);
        }
    }

    /**
     * How both paths ended.
     *
     * @param fast what GUP-fast came to
     * @param end how the call ended: as GUP-fast if that holds a pin, otherwise as the slow path
     */
    private record Pinned(GupFast.Grab fast, GupFast.End end) {}

    /** A file of one page on disk, mapped writable in a shared mapping and dirty. */
    private static final class State implements Scenario.OfTwo<Pinned, HolePunch.Punched> {
        private static final long CONTENT = 1;
        private static final long CONTENT_OF_OTHERS = 2;
        private static final Vma SHARED_FILE = new Vma(Vma.Backing.FILE, true);

        private final Term term;
        private final Memory memory;
        private final Folio folio;
        private final Entry entry;
        private final GupFast gupFast;
        private final SlowGup slowGup;
        private final int flags;
        private final HolePunch truncation;

        State(Machine machine, Place at, Kernel kernel) {
            term = at.the(Term.class);
            memory = at.the(Memory.class);
            Scene scene = new Scene(machine, at.the(On.class).platform());
            folio = scene.file("folio")
                    .with(Folio.DIRTY)
                    .mapped()
                    .held(memory == Memory.HELD ? 1 : 0) // by somebody else
                    .holding(CONTENT);
            Folio spare = scene.free("spare");
            Mm mm = scene.mm("mm")
                    .hasPinned(true)
                    .mapping(Pte.present(folio.pfn, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
            entry = mm.entry(0);
            gupFast = kernel.replace(new GupFast(kernel, mm));
            slowGup = kernel.replace(new SlowGup(
                    kernel, mm, kernel.replace(new WriteFault(kernel, mm, null, FreeFolios.only(spare))), SHARED_FILE));
            flags = GupFast.FOLL_WRITE | GupFast.FOLL_PIN | term.flag;
            truncation = kernel.replace(new HolePunch(kernel, mm, new DiskFile(machine, folio, CONTENT, true)));
        }

        @Override
        public Pinned first() {
            GupFast.Grab fast = gupFast.grab(0, entry, flags);
            return new Pinned(
                    fast,
                    fast.isPinned() ? fast.end() : slowGup.grab(entry, flags).end());
        }

        @Override
        public HolePunch.Punched second() {
            HolePunch.Punched punched = truncation.punch();
            if (memory == Memory.REUSED && folio.refcount.readOnce() == 0) {
                folio.allocateAnon(CONTENT_OF_OTHERS, true);
            }
            return punched;
        }

        @Override
        public Outcome judge(Pinned pinned, HolePunch.Punched punched) {
            long judgedBy = pinned.fast.judgedBy();
            if (judgedBy == Folio.ANON) {
                return pinned.fast.isPinned() ? End.FOREIGN_PIN : End.FOREIGN_VERDICT;
            }
            if (pinned.end == GupFast.End.PINNED) {
                return judgePin(pinned.fast);
            }
            boolean refused = pinned.end == GupFast.End.REFUSED;
            return switch (pinned.fast.end()) {
                case NOT_PRESENT -> refused ? End.REFUSED_UNSEEN : End.NOTHING_THERE;
                case UNDONE_PTE -> End.UNDONE_PTE;
                case FROZEN -> End.FROZEN;
                case UNDONE_ADMISSION ->
                    judgedBy == Folio.NO_MAPPING
                            ? End.LEFT_TRUNCATED
                            : refused ? End.REFUSED : End.TRUNCATED_BEFORE_SLOW_PATH;
                case PINNED, SEQ_ODD, NOT_PERMITTED, GAVE_UP, UNDONE_EXCLUSIVE, REFUSED, UNDONE_SEQ ->
                    throw new IllegalStateException("truncation cannot cause " + pinned);
            };
        }

        private Outcome judgePin(GupFast.Grab fast) {
            if (term == Term.LONGTERM) {
                return fast.isPinned() ? End.LONGTERM_PIN : End.LONGTERM_PIN_BY_SLOW_PATH;
            }
            return fast.judgedBy() == Folio.NO_MAPPING ? End.SHORT_TERM_PIN_OF_TRUNCATED : End.SHORT_TERM_PIN;
        }
    }
}
