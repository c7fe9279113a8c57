// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Policy;
import pagerace.mm.Pte;
import pagerace.mm.Vma;

/**
 * {@code __get_user_pages} for one page: what {@link GupFast} leaves to the slow path. Faults are those of anonymous memory; a
 * page of a file is pinned if it is mapped.
 *
 * <p>Guarantees: the reference is taken under the page-table lock, from an entry that permits the access; a page that is to be
 * pinned for reading through a read-only entry is made exclusive first. {@code mmap_lock} keeps fork out, the page-table lock
 * everybody else, so there is nothing to recheck and nothing to fence.
 */
public class SlowGup {
    /** Whether a read-only pin first makes a possibly shared page exclusive: a7f226604170 (5.19). */
    public enum Unshare implements Policy {
        /** Up to 5.18: the pin is taken on whatever page is there. */
        IGNORE,
        /** Since 5.19: a fault with {@code FAULT_FLAG_UNSHARE} comes first. */
        TRIGGER
    }

    /** A fault can lose its page again before the next look, but not for ever. */
    private static final int TRIES = 3;

    private static final Vma PRIVATE_ANON = new Vma(Vma.Backing.ANON, false);

    /** Whose kernel it is, and what it works on: see the constructor. */
    public final Kernel kernel;

    public final Mm mm;
    public final WriteFault writeFault;
    public final Vma vma;
    protected final Unshare unshare;
    protected final Admission admission;

    /** Slow GUP on anonymous memory of {@code mm}, which faults through {@code writeFault}. */
    public SlowGup(Kernel kernel, Mm mm, WriteFault writeFault) {
        this(kernel, mm, writeFault, PRIVATE_ANON);
    }

    /** Slow GUP on the mapping {@code vma} of {@code mm}, as far as the kernel's admission lets it. */
    public SlowGup(Kernel kernel, Mm mm, WriteFault writeFault, Vma vma) {
        this.kernel = kernel;
        this.mm = mm;
        this.writeFault = writeFault;
        this.vma = vma;
        unshare = kernel.policy(Unshare.IGNORE);
        admission = kernel.policy(Admission.NONE);
    }

    /**
     * Takes a reference to the page that {@code entry} maps, or comes to map by a fault.
     *
     * @param flags as of {@link GupFast#grab}
     */
    public GupFast.Grab grab(Entry entry, int flags) {
        if (has(flags, GupFast.FOLL_PIN)) {
            mm.setHasPinned();
        }
        mm.mmapLock.readLock();
        boolean admitted = admission.slow(vma, flags) == Admission.Answer.ADMITTED;
        GupFast.Grab grab = new GupFast.Grab(admitted ? GupFast.End.GAVE_UP : GupFast.End.REFUSED, 0);
        for (int tries = 0; tries < TRIES && grab.end() == GupFast.End.GAVE_UP; tries++) {
            grab = followAndFault(entry, flags);
        }
        mm.mmapLock.readUnlock();
        return grab;
    }

    /** One try: a reference, or {@link GupFast.End#GAVE_UP} after a fault that makes another try worth while. */
    protected GupFast.Grab followAndFault(Entry entry, int flags) {
        entry.lock.lock();
        long pte = entry.word.readOnce();
        if (!Pte.isPresent(pte)) {
            entry.lock.unlock();
            return new GupFast.Grab(GupFast.End.NOT_PRESENT, 0);
        }
        boolean breakCow = has(flags, GupFast.FOLL_WRITE) && !Pte.isWritable(pte);
        Folio folio = mm.memMap.stableFolioOf(Pte.pfn(pte));
        if (breakCow || mustUnshare(folio, pte, flags)) {
            entry.lock.unlock();
            writeFault.handle(entry, pte, !breakCow);
            return new GupFast.Grab(GupFast.End.GAVE_UP, 0);
        }
        take(folio, flags);
        entry.lock.unlock();
        return new GupFast.Grab(GupFast.End.PINNED, folio.pfn);
    }

    /** Whether the page has to be made exclusive before {@code flags} permit a reference. */
    protected boolean mustUnshare(Folio folio, long pte, int flags) {
        return unshare == Unshare.TRIGGER
                && has(flags, GupFast.FOLL_PIN)
                && !Pte.isWritable(pte)
                && !folio.test(Folio.ANON_EXCLUSIVE);
    }

    private static void take(Folio folio, int flags) {
        if (!has(flags, GupFast.FOLL_PIN)) {
            folio.refcount.add(1);
        } else if (folio.large) {
            folio.refcount.add(1);
            folio.pincount().add(1);
        } else {
            folio.refcount.add(Folio.PIN_BIAS);
        }
    }

    private static boolean has(int flags, int flag) {
        return (flags & flag) != 0;
    }
}
