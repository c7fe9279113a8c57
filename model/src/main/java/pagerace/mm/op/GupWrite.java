// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import org.jspecify.annotations.Nullable;
import pagerace.mm.DiskFile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;
import pagerace.mm.Steps;
import pagerace.mm.Vma;

/**
 * A store into a file's page through {@code get_user_pages} and the kernel's own mapping of memory, as a device, {@code ptrace} or
 * {@code process_vm_writev} does it.
 *
 * <p>Guarantees: none in the present kernel beyond that the folio is dirty afterwards. The store does not go through an entry, so
 * write protection does not stop it, and the filesystem need not have agreed. The proposals put the store into a section that
 * writeback has to wait for.
 */
public class GupWrite extends Operation<GupWrite.Step> {
    /** The steps in which the present kernel and proposals differ, in program order. */
    public enum Step {
        /** Pin the page through a writable entry, faulting until there is one. */
        PIN,
        /** That pin may last for hours, so the kernel may refuse it: {@link Admission}. */
        LONGTERM,
        /** Proposal: call {@code page_mkwrite} and keep the folio locked that it returns (Jason Gunthorpe's sketch, April 2023). */
        PAGE_MKWRITE,
        /** Proposal: hold the folio lock across the store. */
        LOCK_FOLIO,
        /** Proposal: hold the page-table lock across the store. */
        HOLD_PTL,
        /** Under either lock, look whether the entry is still writable, and else start again with a fault. */
        RECHECK_PTE,
        /** Mark the folio dirty after the store. */
        MARK_DIRTY
    }

    /** The user of a long-term pin stores and forgets about the folio. */
    public static final Steps<Step> LONGTERM = Steps.of(Step.PIN, Step.LONGTERM);
    /**
     * What became of a store.
     *
     * @param stored whether it took place at all; if not, the pin was refused or each fault came to nothing
     * @param outside whether the filesystem's agreement was seen to be gone just before it
     * @param cleanedSincePin whether the entry had lost its permission between the pin and the look under the lock, or the
     *     filesystem did not agree any more
     * @param foundBusy whether the folio was locked or being written when the store's turn came
     */
    public record Written(boolean stored, boolean outside, boolean cleanedSincePin, boolean foundBusy) {}

    /** Cleaning can take the permission away again after each fault, but not for ever. */
    private static final int TRIES = 3;

    private static final int FLAGS = GupFast.FOLL_PIN | GupFast.FOLL_WRITE;
    private static final Vma SHARED_FILE = new Vma(Vma.Backing.FILE, true);

    /** What it works on: see the constructor. */
    public final Mm mm;

    public final DiskFile file;
    public final GupFast gupFast;
    public final SharedWriteFault fault;
    public final MarkDirty markDirty;
    /** The rule of the slow path. */
    protected final Admission admission;
    /** What maps the file's page. */
    protected final Entry entry;

    /**
     * Stores to {@code file}, mapped at the first entry of {@code mm}, marking by {@code markDirty}.
     */
    public GupWrite(Kernel kernel, Mm mm, DiskFile file, GupFast gupFast, SharedWriteFault fault, MarkDirty markDirty) {
        super(kernel, Step.class);
        this.mm = mm;
        entry = mm.entry(0);
        this.file = file;
        this.gupFast = gupFast;
        this.fault = fault;
        this.markDirty = markDirty;
        admission = kernel.policy(Admission.NONE);
    }

    /** Stores {@code value} to {@code folio}, the file's page, which is all of the buffer. */
    public Written write(int cpu, Folio folio, long value) {
        return write(cpu, folio, null, value);
    }

    /**
     * Stores {@code value} to {@code folio}, the file's page and the first of the buffer.
     *
     * @param next the buffer's second page, mapped at the second entry, which is pinned as well before anything is stored; null
     *     if there is none
     */
    public Written write(int cpu, Folio folio, @Nullable Folio next, long value) {
        int flags = steps.has(Step.LONGTERM) ? FLAGS | GupFast.FOLL_LONGTERM : FLAGS;
        boolean cleanedSincePin = false;
        for (int tries = 0; tries < TRIES; tries++) {
            boolean pin = steps.has(Step.PIN);
            if (pin && !gupFast.grab(cpu, entry, flags).isPinned()) {
                if (admission.slow(SHARED_FILE, flags) != Admission.Answer.ADMITTED) {
                    break;
                }
                fault.handle();
                continue;
            }
            boolean nextPinned =
                    pin && next != null && gupFast.grab(cpu, mm.entry(1), flags).isPinned();
            boolean busy = steps.has(Step.PAGE_MKWRITE) && folio.test(Folio.LOCKED | Folio.WRITEBACK);
            boolean locked = lock(folio);
            boolean refused = steps.has(Step.PAGE_MKWRITE) && !locked;
            boolean permitted = !refused && permitted();
            boolean outside = permitted && !file.isReserved();
            if (permitted) {
                folio.data.writeOnce(value);
                if (steps.has(Step.MARK_DIRTY)) {
                    markDirty.mark(folio);
                }
            }
            unlock(folio, locked);
            if (pin) {
                folio.unpin();
            }
            if (nextPinned && next != null) {
                next.unpin();
            }
            if (permitted) {
                return new Written(true, outside, cleanedSincePin, busy);
            }
            cleanedSincePin = true;
            fault.handle();
        }
        return new Written(false, false, cleanedSincePin, false);
    }

    /** Stores to two pages of one buffer, both locked across the stores in the order given. */
    public Written writeBoth(Folio one, Folio other, long value) {
        one.lock.lock();
        other.lock.lock();
        one.data.writeOnce(value);
        other.data.writeOnce(value);
        other.lock.unlock();
        one.lock.unlock();
        return new Written(true, false, false, false);
    }

    /** Whether the folio is locked now. */
    protected boolean lock(Folio folio) {
        boolean locked = steps.has(Step.PAGE_MKWRITE) ? fault.pageMkwrite(folio) : steps.has(Step.LOCK_FOLIO);
        if (locked && !steps.has(Step.PAGE_MKWRITE)) {
            folio.lock.lock();
        }
        if (steps.has(Step.HOLD_PTL)) {
            entry.lock.lock();
        }
        return locked;
    }

    /** Whether the store may be done, as far as the steps look. */
    protected boolean permitted() {
        if (!steps.has(Step.RECHECK_PTE)) {
            return true;
        }
        if (steps.has(Step.HOLD_PTL)) {
            return Pte.isWritable(entry.word.readOnce());
        }
        entry.lock.lock();
        boolean writable = Pte.isWritable(entry.word.readOnce());
        entry.lock.unlock();
        return writable;
    }

    /** Undoes {@link #lock}, which returned {@code locked}. */
    protected void unlock(Folio folio, boolean locked) {
        if (steps.has(Step.HOLD_PTL)) {
            entry.lock.unlock();
        }
        if (locked) {
            folio.lock.unlock();
        }
    }
}
