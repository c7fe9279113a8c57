// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Reachability.NEVER;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.SEQUENTIAL;
import static pagerace.race.Reachability.WEAK;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.machine.Tlb;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.MemMap;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.Vma;
import pagerace.mm.op.Admission;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.HolePunch;
import pagerace.mm.op.ReuseRule;
import pagerace.mm.op.SlowGup;
import pagerace.mm.op.Steps;
import pagerace.mm.op.WriteFault;
import pagerace.race.Dimensions.On;

/** A page of a file is to be pinned for long and for writing, which is forbidden, while a truncation takes it out of the file. */
public final class LongtermPinVsTruncate implements Race {
    @Override
    public String question() {
        return "Can GUP-fast take a truncated folio of a file for memory that may be pinned for long, or ask a folio that is"
                + " somebody else's by now?";
    }

    @Override
    public String anchor() {
        return "folio_fast_pin_allowed, since 6.10 gup_fast_folio_allowed, and writable_file_mapping_allowed against"
                + " truncate_inode_folio; Lorenzo Stoakes, \"mm/gup: disallow GUP writing to file-backed mappings by"
                + " default\", v1 to v9, April and May 2023; 8ac268436e6d, a6e79df92e4a, f002882ca369";
    }

    @Override
    public List<String> references() {
        return List.of(
                "f86dc089b460c80805e321747b0898fd1efe93d7.1682168199.git.lstoakes@gmail.com: Lorenzo Stoakes, 22 April 2023, the first posting",
                "a690186fc37e1ea92556a7dbd0887fe201fcc709.1683067198.git.lstoakes@gmail.com: the eighth, whose fast path reads the mapping once");
    }

    @Override
    public String invariant() {
        return "no long-term pin for writing stays on a folio that belonged to a file with dirty tracking when its entry was"
                + " read, and no verdict is drawn from a folio that the entry does not map";
    }

    @Override
    public String breakingSchedule() {
        return """
                GUP-fast, long-term, for writing      | truncation (TRUNCATED_PASSES)
                reads the entry: writable             |
                takes its pin                         |
                reads the entry again: unchanged, ok  |
                                                      | clears the entry
                                                      | flushes the TLB: waits for nobody
                                                      | removes the folio: its mapping is NULL
                reads the mapping: no file, admitted  |
                a long-term pin is on the file's page: the slow path would have refused it""";
    }

    @Override
    public List<String> notModelled() {
        return List.of(
                "the dereference of the mapping: inodes are freed by RCU, which interrupts that are off hold up (none missed)",
                "the test for secret memory that 5.14 to 6.9 made of every folio before comparing the entry: it asks foreign"
                        + " folios, too, and can only refuse (missed foreign verdicts)",
                "a folio whose new owner publishes it before it has a mapping: its verdict would be that of a truncated one"
                        + " (missed, and harmless: the entry is compared behind it)",
                "faults of the slow path: a page that is gone is beyond the end of the file (none missed)",
                "what a pin that is kept does to writeback: a race of its own");
    }

    @Override
    public List<String> actors() {
        return List.of("GUP-fast, then slow GUP", "truncation");
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
    enum Fix implements Candidate {
        NO_CHECK(
                Origin.history("<= 6.4", "-", "file-a.none", "any file may be pinned for any time"),
                GupFast.V6_1,
                Admission.NONE,
                at -> SEQUENTIAL),
        SLOW_PATH_ONLY(
                Origin.proposal(
                        "file-a.v1 to a.v5, a.optin",
                        "the postings before the sixth, of which the third stands for all: the slow path refuses, in the fourth and fifth just what it should not, and the fast path does not look"),
                GupFast.V6_1,
                Admission.SERIES_V3,
                at -> SEQUENTIAL),
        CHECK_IN_GRAB_REREAD(
                Origin.proposal(
                        "file-a.v6",
                        "the sixth posting: the fast path asks while it takes its reference, reading the mapping several"
                                + " times; the slow path's rule is the wrong way round"),
                GupFast.V6_1.with(GupFast.Step.CHECK_ADMISSION_IN_GRAB).with(GupFast.Step.REREAD_MAPPING),
                Admission.SERIES_V6,
                at -> SEQUENTIAL),
        CHECK_IN_GRAB(
                Origin.proposal(
                        "file-a.v7",
                        "the seventh posting: as before with one read, a truncated folio passes, and the slow path's rule is"
                                + " the right way round"),
                GupFast.V6_1.with(GupFast.Step.CHECK_ADMISSION_IN_GRAB),
                Admission.SERIES_V7,
                at -> foreign(at, NEVER)),
        TRUNCATED_PASSES(
                Origin.proposal(
                        "file-a.null-ok-late",
                        "half-way from the seventh posting to the eighth: the fast path asks once it knows that the entry"
                                + " still maps the folio, as review suggested, but a truncated folio still passes"),
                GupFast.V6_5,
                Admission.TRUNCATED_PASSES,
                at -> waitsForWalkers(at) ? NEVER : SC),
        CHECK_AFTER_RECHECK(
                Origin.history(
                        "6.5 .. 6.9",
                        "a6e79df92e4a",
                        "file-a.v9, file-a.v8",
                        "the fast path asks once it knows that the entry still maps the folio; a truncated folio is left to"
                                + " the slow path (8ac268436e6d); the eighth posting differs for anonymous memory only"),
                GupFast.V6_5,
                Admission.V6_5,
                at -> NEVER),
        CHECK_EVERY_GRAB(
                Origin.mainline(
                        ">= 6.10",
                        "f002882ca369",
                        "file-a.6.10",
                        "as before, and the same look finds secret memory, so everybody's folio is asked"),
                GupFast.V6_5,
                Admission.V6_10,
                at -> NEVER),
        CHECK_EVERY_GRAB_PASS_TRUNCATED(
                Origin.proposal(
                        "file-a.tip",
                        "a development tree of 2026: as before, but a truncated folio passes unless the pin is long-term and"
                                + " for writing"),
                GupFast.V6_5,
                Admission.TIP,
                at -> NEVER),
        REREAD_RULE_MENDED(
                Origin.proposal(
                        "file-a.v6, fast path alone",
                        "as CHECK_IN_GRAB_REREAD, with the slow path's rule the right way round"),
                GupFast.V6_1.with(GupFast.Step.CHECK_ADMISSION_IN_GRAB).with(GupFast.Step.REREAD_MAPPING),
                Admission.SERIES_V6,
                at -> foreign(at, NEVER)) {
            @Override
            Admission slowAdmission() {
                return Admission.SERIES_V7;
            }
        },
        CHECK_IN_GRAB_NO_PIN_FENCE(
                Origin.mutant(
                        "file-a.v7, no fence",
                        "as CHECK_IN_GRAB on a kernel before 6.1: no fence stands between the mapping and the entry"),
                GupFast.V6_1.with(GupFast.Step.CHECK_ADMISSION_IN_GRAB).without(GupFast.Step.FENCE_AFTER_PIN),
                Admission.SERIES_V7,
                at -> foreign(at, WEAK)),
        TRUNCATED_PASSES_NO_RECHECK(
                Origin.mutant(
                        "file-a.null-ok-norecheck", "as TRUNCATED_PASSES, and the entry is not read a second time"),
                GupFast.V6_5.without(GupFast.Step.RECHECK_PTE),
                Admission.TRUNCATED_PASSES,
                at -> waitsForWalkers(at) ? NEVER : SC);

        private final Origin origin;
        private final Steps<GupFast.Step> gup;
        private final Admission admission;
        private final Function<Place, Reachability> expected;

        Fix(Origin origin, Steps<GupFast.Step> gup, Admission admission, Function<Place, Reachability> expected) {
            this.origin = origin;
            this.gup = gup;
            this.admission = admission;
            this.expected = expected;
        }

        /** Whether truncation's flush is over only when every walk that was under way is. */
        private static boolean waitsForWalkers(Place at) {
            return at.is(On.X86);
        }

        /** A check before the entry is compared asks foreign folios where flushes wait for nobody. */
        private static Reachability foreign(Place at, Reachability held) {
            return waitsForWalkers(at) ? NEVER : at.is(Memory.REUSED) ? SC : held;
        }

        /**
         * Short-term pins are forbidden nowhere: they tell apart who looks at their folios. Where flushes wait for walkers, no
         * folio gets as far as the fence that one mutant drops.
         */
        @Override
        public boolean has(Place at) {
            boolean reachesFence = this != CHECK_IN_GRAB_NO_PIN_FENCE || !waitsForWalkers(at);
            boolean asksShortTerm =
                    admission == Admission.V6_10 || admission == Admission.TIP || this == CHECK_AFTER_RECHECK;
            return reachesFence && (at.is(Term.LONGTERM) || (asksShortTerm && at.is(Memory.HELD)));
        }

        /** What the slow path asks: the same, where nobody forgot. */
        Admission slowAdmission() {
            return admission;
        }

        @Override
        public Reachability reachableFrom(Place at) {
            return expected.apply(at);
        }

        /** Where a flush waits for walkers there is no race to lose: the control is the check that is not there. */
        @Override
        public @Nullable Fix control(Place at) {
            if (at.is(Term.SHORT_TERM)) {
                return null;
            }
            return waitsForWalkers(at) ? SLOW_PATH_ONLY : TRUNCATED_PASSES_NO_RECHECK;
        }

        /**
         * The present kernel where flushes wait for nobody, the mutant with the widest window, and one that needs no race. The
         * others that have a fast path of their own, and memory that is used again, need most of a truncation between two
         * reads that stand close together: threads show that too rarely, even where it is harmless. And the releases since
         * 6.5 differ for pins that are not for long.
         */
        @Override
        public boolean isPlanned(Place at) {
            boolean chosen = this == CHECK_EVERY_GRAB || this == TRUNCATED_PASSES_NO_RECHECK || this == SLOW_PATH_ONLY;
            return chosen && at.is(Term.LONGTERM) && at.is(Memory.HELD) && at.is(On.X86_BROADCAST);
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of(gup, HolePunch.TRUNCATION.without(HolePunch.Step.TRUNCATE));
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
        return List.of(List.of(Term.values()), List.of(Memory.values()), List.of(On.X86, On.X86_BROADCAST, On.ARM64));
    }

    /**
     * How both paths ended.
     *
     * @param fast what GUP-fast came to
     * @param end how the call ended: as GUP-fast if that holds a pin, otherwise as the slow path
     */
    private record Pinned(GupFast.Grab fast, GupFast.End end) {}

    /** A file of one page on disk, mapped writable in a shared mapping and dirty. */
    private static final class State implements Scenario<Pinned, HolePunch.Punched> {
        private static final long CONTENT = 1;
        private static final long CONTENT_OF_OTHERS = 2;
        private static final Vma SHARED_FILE = new Vma(Vma.Backing.FILE, true);

        private final Term term;
        private final Memory memory;
        private final Folio folio;
        private final GupFast gupFast;
        private final SlowGup slowGup;
        private final int flags;
        private final HolePunch truncation;

        State(Machine machine, Place at, Changes changes, Fix fix) {
            term = at.the(Term.class);
            memory = at.the(Memory.class);
            long cacheAndEntry = 2;
            folio = new Folio(
                    machine,
                    "folio",
                    1,
                    false,
                    new Folio.Initially(
                            memory == Memory.HELD ? cacheAndEntry + 1 : cacheAndEntry,
                            1,
                            Folio.UPTODATE | Folio.DIRTY,
                            Folio.FILE,
                            CONTENT));
            Folio spare = new Folio(machine, "spare", 2, false, Folio.Initially.FREE);
            MemMap memMap = new MemMap(machine, List.of(folio, spare));
            Platform platform = at.the(On.class).platform();
            PageTable table = new PageTable(machine, "mm", Pte.present(1, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
            Mm mm = new Mm(machine, "mm", table, new Tlb(machine, platform.flush(), 1), true);
            gupFast = changes.replace(new GupFast(machine, mm, memMap, changes.keep(fix.gup), fix.admission));
            slowGup = changes.replace(new SlowGup(
                    mm,
                    memMap,
                    changes.replace(new WriteFault(mm, memMap, null, FreeFolios.only(spare), ReuseRule.EXCLUSIVE)),
                    SlowGup.Unshare.TRIGGER,
                    SHARED_FILE,
                    fix.slowAdmission()));
            flags = GupFast.FOLL_WRITE | GupFast.FOLL_PIN | term.flag;
            truncation = changes.replace(new HolePunch(
                    machine,
                    mm,
                    memMap,
                    new DiskFile(machine, folio, CONTENT, true),
                    platform,
                    changes.keep(HolePunch.TRUNCATION)));
        }

        @Override
        public Pinned first() {
            GupFast.Grab fast = gupFast.grab(0, 0, flags);
            return new Pinned(
                    fast, fast.isPinned() ? fast.end() : slowGup.grab(0, flags).end());
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
