// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Order;
import pagerace.machine.SeqCount;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.KernelFormat;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Pte;

/**
 * {@code gup_fast}: pins a page of the current address space without any lock, with interrupts off.
 *
 * <p>Guarantees, when all steps of a release are taken: a returned pin is on the folio that the entry maps, and fork,
 * reclaim and the others have seen it, or will be seen by it. Whenever in doubt it undoes what it took and leaves the work
 * to {@link SlowGup}; that is never an error.
 *
 * <p>A long-term pin must not be taken on everything, which {@link Admission} knows. The folio is all there is to ask here, so
 * in doubt that is left to the slow path, too.
 *
 * <p>Algorithm notes. Pinning is announce-then-check: the reference is made visible first and the entry read again after.
 * A change of the entry does the reverse. So one of the two must notice the other, if both order their two halves.
 */
public class GupFast extends Operation<GupFast.Step> {
    /** {@code FOLL_WRITE}: the user of the pin will write. */
    public static final int FOLL_WRITE = 1;
    /** {@code FOLL_PIN}: a pin, to be seen by {@link Folio#maybePinned}. Without it, an ordinary reference. */
    public static final int FOLL_PIN = 1 << 1;
    /** {@code FOLL_LONGTERM}: a pin that may last for hours, and is not allowed on everything. Only with {@link #FOLL_PIN}. */
    public static final int FOLL_LONGTERM = 1 << 2;

    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /**
         * Mark the address space before anything else: fork asks nobody else about pins (5.9). Up to 5.13 the kernel stored the mark
         * each time; here it always looks first, as since 5.14.
         */
        SET_HAS_PINNED,
        /** Read {@code write_protect_seq} before the walk and give up if it is odd: 57efa1fe5957 (5.11). */
        READ_SEQ,
        /** Compare the count after everything else, and undo the pin if it moved: 57efa1fe5957 (5.11). */
        RECHECK_SEQ,
        /** Mutant: compare the count before the reference is taken. */
        RECHECK_SEQ_BEFORE_GRAB,
        /** Pin a small folio with one fully ordered addition of the whole bias (5.7 to 5.13; {@code FOLL_PIN} was an ordinary reference before). */
        PIN_IN_ONE,
        /** After the reference is taken, look the folio of the page up again: c24d37322548 (5.14). */
        RECHECK_HEAD,
        /** Ask whether the folio may be taken with one reference in hand, before the entry is compared: posted, never merged. */
        CHECK_ADMISSION_IN_GRAB,
        /** For that question, read the folio's mapping again and again: posted, never merged. */
        REREAD_MAPPING,
        /** Mutant: a full fence between the two halves of a pin. */
        FENCE_INSIDE_PIN,
        /** A full fence behind the second, unordered half of a pin: 088b8aa537c2 (6.1). */
        FENCE_AFTER_PIN,
        /** After the reference is taken, compare the PMD entry: 70cbc3cc78a9 (6.0). */
        RECHECK_PMD,
        /** After the reference is taken, compare the entry. As old as the function. */
        RECHECK_PTE,
        /** Ask whether the folio may be taken, once it is known that the entry still maps it: a6e79df92e4a (6.5). */
        CHECK_ADMISSION,
        /** Pin a page through a read-only entry only if it is exclusive: a7f226604170 (5.19). */
        REQUIRE_EXCLUSIVE,
        /** Between the entry and the exclusive bit, a read fence: 088b8aa537c2 (6.1). */
        FENCE_BEFORE_EXCLUSIVE,
        /** Mutant: mark the address space last. */
        SET_HAS_PINNED_LATE
    }

    /** How it ended. Everything but {@link #PINNED} holds nothing and leads to {@link SlowGup}. */
    public enum End {
        /** The reference is held. */
        PINNED,
        /** The count was odd: fork is write-protecting. */
        SEQ_ODD,
        /** The entry maps nothing. */
        NOT_PRESENT,
        /** The entry does not permit the access, or is special, or is a hinting entry. */
        NOT_PERMITTED,
        /** The folio's refcount was zero: it is being freed. */
        FROZEN,
        /** The folio of the page changed under us, each time we tried. */
        GAVE_UP,
        /** A reference was taken and given back: the entry, or the one above it, had changed. */
        UNDONE_PTE,
        /** A reference was taken and given back: the page was not exclusive. */
        UNDONE_EXCLUSIVE,
        /** A reference was taken and given back: the fast path may not take such a folio, or cannot tell. */
        UNDONE_ADMISSION,
        /** Of {@link SlowGup} only: such a mapping may not be taken, and that is final. */
        REFUSED,
        /** A pin was taken and given back: fork had run. */
        UNDONE_SEQ;

        /** Whether a reference was taken and given back. */
        public boolean isUndone() {
            return this == UNDONE_PTE || this == UNDONE_EXCLUSIVE || this == UNDONE_ADMISSION || this == UNDONE_SEQ;
        }
    }

    /**
     * What a call returned.
     *
     * @param end how it ended
     * @param pfn the page that is held, or 0
     * @param judgedBy the value of {@link Folio#mapping} by which the folio was admitted or not, or {@link #UNJUDGED}
     */
    public record Grab(End end, int pfn, long judgedBy) {
        /** {@link #judgedBy}: nobody looked. */
        public static final long UNJUDGED = -1;

        /** A call in which nobody looked at the folio's mapping. */
        public Grab(End end, int pfn) {
            this(end, pfn, UNJUDGED);
        }

        /** Whether a reference is held. */
        public boolean isPinned() {
            return end == End.PINNED;
        }

        @Override
        public String toString() {
            String judged = judgedBy == UNJUDGED ? "" : ", judgedBy=" + KernelFormat.MAPPING.value(judgedBy);
            return "Grab[end=" + end + ", pfn=" + pfn + judged + "]";
        }

        private static Grab none(End end) {
            return new Grab(end, 0);
        }

        private static Grab none(End end, long judgedBy) {
            return new Grab(end, 0, judgedBy);
        }
    }

    /**
     * What a call for several pages returned.
     *
     * @param pages how many are held: those before the first that could not be taken
     * @param end how the page behind them ended, or {@link End#PINNED} if there is none: all that were asked for are held
     */
    public record GrabbedRange(int pages, End end) {}

    /** The kernel tries for ever; one lookup that fails twice in a row is as good a witness. */
    private static final int HEAD_TRIES = 2;

    /** What it works on: see the constructor. */
    public final Mm mm;

    protected final Admission admission;

    /** GUP-fast on {@code mm}, which asks the kernel's {@link Admission}. */
    public GupFast(Kernel kernel, Mm mm) {
        super(kernel, Step.class);
        this.mm = mm;
        admission = kernel.policy(Admission.NONE);
    }

    /**
     * Takes a reference to the page that {@code entry}, of this address space, maps. An entry at the top is compared alone.
     *
     * @param cpu the CPU this runs on, for {@link pagerace.machine.Tlb#irqSave}
     * @param flags {@link #FOLL_PIN}, {@link #FOLL_WRITE}, both or neither; with the first, {@link #FOLL_LONGTERM}
     */
    public Grab grab(int cpu, Entry entry, int flags) {
        long seq = begin(flags);
        if (SeqCount.isOdd(seq)) {
            return Grab.none(End.SEQ_ODD);
        }
        mm.tlb.irqSave(cpu);
        Entry above = entry.above;
        long pmd = above == null ? PageTable.TABLE : above.word.readOnce();
        Grab grab = pmd == PageTable.TABLE ? grabPte(entry, pmd, flags, seq) : Grab.none(End.NOT_PRESENT);
        mm.tlb.irqRestore(cpu);
        if (!grab.isPinned()) {
            return grab;
        }
        if (isOvertaken(flags, seq)) {
            release(grab, flags);
            return Grab.none(End.UNDONE_SEQ);
        }
        finish(flags);
        return grab;
    }

    /**
     * Takes a reference to each of {@code pages} consecutive pages, up to the first that it cannot take. What is done once per
     * call of {@link #grab(int, Entry, int)} is done once for all of them: the mark, the count and its comparison, and the walk
     * with interrupts off, which reads the PMD entry once and compares it for each page. If the count moved, all are given
     * back.
     *
     * @param first the index of the first page
     * @param pfns receives the pages that are held, from its start on; what is behind those is of no meaning
     */
    public GrabbedRange grab(int cpu, int first, int pages, int flags, int[] pfns) {
        long seq = begin(flags);
        if (SeqCount.isOdd(seq)) {
            return new GrabbedRange(0, End.SEQ_ODD);
        }
        mm.tlb.irqSave(cpu);
        GrabbedRange range = grabPtes(first, pages, flags, seq, pfns);
        mm.tlb.irqRestore(cpu);
        if (range.pages == 0) {
            return range;
        }
        if (isOvertaken(flags, seq)) {
            release(range, pfns, flags);
            return new GrabbedRange(0, End.UNDONE_SEQ);
        }
        finish(flags);
        return range;
    }

    /** {@code unpin_user_page}, or {@code put_page} without {@link #FOLL_PIN}: gives back what {@code grab} holds. */
    public void release(Grab grab, int flags) {
        drop(mm.memMap.stableFolioOf(grab.pfn), flags);
    }

    /** {@code unpin_user_pages}: gives back what {@code range} holds, page by page. */
    public void release(GrabbedRange range, int[] pfns, int flags) {
        for (int i = 0; i < range.pages; i++) {
            drop(mm.memMap.stableFolioOf(pfns[i]), flags);
        }
    }

    /** What comes before the walk: the sequence count, odd if fork is at work, and zero where nobody asks for it. */
    protected long begin(int flags) {
        boolean pin = has(flags, FOLL_PIN);
        if (pin && steps.has(Step.SET_HAS_PINNED)) {
            mm.setHasPinned();
        }
        return pin && steps.has(Step.READ_SEQ) ? mm.writeProtectSeq.readBegin() : 0;
    }

    /**
     * Whether fork has run since the count was {@code seq}, so that pins must be rolled back. That must not insist that the
     * pages are exclusive: fork may have shared them meanwhile.
     */
    protected boolean isOvertaken(int flags, long seq) {
        return has(flags, FOLL_PIN) && steps.has(Step.RECHECK_SEQ) && mm.writeProtectSeq.readRetry(seq);
    }

    /** What comes after a pin that stays. */
    protected void finish(int flags) {
        if (has(flags, FOLL_PIN) && steps.has(Step.SET_HAS_PINNED_LATE)) {
            mm.setHasPinned();
        }
    }

    private GrabbedRange grabPtes(int first, int pages, int flags, long seq, int[] pfns) {
        long pmd = mm.table.pmd().word.readOnce();
        if (pmd != PageTable.TABLE) {
            return new GrabbedRange(0, End.NOT_PRESENT);
        }
        for (int i = 0; i < pages; i++) {
            Grab grab = grabPte(mm.entry(first + i), pmd, flags, seq);
            if (!grab.isPinned()) {
                return new GrabbedRange(i, grab.end);
            }
            pfns[i] = grab.pfn;
        }
        return new GrabbedRange(pages, End.PINNED);
    }

    /**
     * With interrupts off: takes a reference to the page that {@code entry} maps, or none.
     *
     * @param pmd what the entry above was found to hold; at the top of no meaning
     */
    protected Grab grabPte(Entry entry, long pmd, int flags, long seq) {
        long pte = entry.word.readOnce();
        if (!Pte.isPresent(pte)) {
            return Grab.none(End.NOT_PRESENT);
        }
        if (Pte.has(pte, Pte.PROTNONE | Pte.SPECIAL) || (has(flags, FOLL_WRITE) && !Pte.isWritable(pte))) {
            return Grab.none(End.NOT_PERMITTED);
        }
        if (steps.has(Step.RECHECK_SEQ_BEFORE_GRAB) && has(flags, FOLL_PIN) && mm.writeProtectSeq.readRetry(seq)) {
            return Grab.none(End.SEQ_ODD);
        }
        return grabPage(entry, pmd, pte, flags);
    }

    /** Takes a reference to the page that {@code pte}, read from {@code entry}, maps, and compares again what it was found by. */
    protected Grab grabPage(Entry entry, long pmd, long pte, int flags) {
        int pfn = Pte.pfn(pte);
        for (int tries = 0; tries < HEAD_TRIES; tries++) {
            Folio folio = mm.memMap.folioOf(pfn);
            // Never from zero: a folio without references belongs to the one that is freeing it.
            if (!folio.refcount.addUnless(firstAddition(folio, flags), 0, Order.FULL)) {
                return Grab.none(End.FROZEN);
            }
            if (steps.has(Step.RECHECK_HEAD) && mm.memMap.folioOf(pfn) != folio) {
                folio.refcount.fetchAdd(-firstAddition(folio, flags), Order.FULL);
                continue;
            }
            long judgedBy = Grab.UNJUDGED;
            if (steps.has(Step.CHECK_ADMISSION_IN_GRAB) && admission.looksAtMapping(flags, folio.large)) {
                // The fence after the pin, where there is one, orders this read before the second look at the entry. It
                // pairs with truncation's flush, which stands between the cleared entry and the cleared mapping.
                judgedBy = folio.mapping.readOnce();
                boolean torn = steps.has(Step.REREAD_MAPPING) && folio.mapping.readOnce() != judgedBy;
                if (torn || !isAdmitted(judgedBy, flags)) {
                    folio.refcount.subAndTest(firstAddition(folio, flags));
                    return Grab.none(End.UNDONE_ADMISSION, judgedBy);
                }
            }
            if (has(flags, FOLL_PIN)) {
                completePin(folio, flags);
            }
            return recheck(entry, pmd, pte, folio, flags, judgedBy);
        }
        return Grab.none(End.GAVE_UP);
    }

    /** What the fully ordered first addition adds: the whole pin at once in old kernels, else one reference. */
    protected long firstAddition(Folio folio, int flags) {
        return has(flags, FOLL_PIN) && pinsInOne(folio) ? Folio.PIN_BIAS : 1;
    }

    private boolean pinsInOne(Folio folio) {
        return steps.has(Step.PIN_IN_ONE) && !folio.large;
    }

    /** The second half of a pin, whose first is a reference that is held already. */
    protected void completePin(Folio folio, int flags) {
        if (steps.has(Step.FENCE_INSIDE_PIN)) {
            mm.machine.smpMb();
        }
        if (folio.large) {
            folio.pincount().add(1);
        } else if (!pinsInOne(folio)) {
            folio.refcount.add(Folio.PIN_BIAS - firstAddition(folio, flags));
        }
        if (steps.has(Step.FENCE_AFTER_PIN)) {
            // Pairs with the full fence between the cleared entry and the look for pins (Share), and with the one
            // between the odd count and that look, where fork has one (Fork). Without it the rechecks that follow may
            // be done before the unordered addition above is visible.
            mm.machine.smpMbAfterAtomic();
        }
    }

    /** With the reference held: whether all that permits it still stands. If not, the reference is given back. */
    protected Grab recheck(Entry entry, long pmd, long pte, Folio folio, int flags, long judgedInGrab) {
        Entry above = entry.above;
        if ((steps.has(Step.RECHECK_PMD) && above != null && above.word.readOnce() != pmd)
                || (steps.has(Step.RECHECK_PTE) && entry.word.readOnce() != pte)) {
            drop(folio, flags);
            return Grab.none(End.UNDONE_PTE, judgedInGrab);
        }
        long judgedBy = judgedInGrab;
        if (steps.has(Step.CHECK_ADMISSION) && admission.looksAtMapping(flags, folio.large)) {
            // Once, for truncation may clear it meanwhile. Nothing else: we hold a reference, and the entry said whose
            // the folio is. So no fence is needed either: an old value is the file's, a new one none, and neither is
            // admitted.
            judgedBy = folio.mapping.readOnce();
            if (!isAdmitted(judgedBy, flags)) {
                drop(folio, flags);
                return Grab.none(End.UNDONE_ADMISSION, judgedBy);
            }
        }
        if (steps.has(Step.REQUIRE_EXCLUSIVE)
                && has(flags, FOLL_PIN)
                && !has(flags, FOLL_WRITE)
                && !Pte.isWritable(pte)
                && folio.mapping.readOnce() == Folio.ANON) {
            if (steps.has(Step.FENCE_BEFORE_EXCLUSIVE)) {
                // Pairs with the fence between clearing the bit and putting the same entry back (Share).
                mm.machine.smpRmb();
            }
            if (!folio.test(Folio.ANON_EXCLUSIVE)) {
                drop(folio, flags);
                return Grab.none(End.UNDONE_EXCLUSIVE, judgedBy);
            }
        }
        return new Grab(End.PINNED, folio.pfn, judgedBy);
    }

    private boolean isAdmitted(long mapping, int flags) {
        return admission.fast(Admission.Kind.of(mapping), flags);
    }

    private static void drop(Folio folio, int flags) {
        if (has(flags, FOLL_PIN)) {
            folio.unpin();
        } else {
            folio.put();
        }
    }

    private static boolean has(int flags, int flag) {
        return (flags & flag) != 0;
    }
}
