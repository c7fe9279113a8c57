// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Folio;
import pagerace.mm.Inode;
import pagerace.mm.Kernel;
import pagerace.mm.MemMap;

/**
 * {@code filemap_get_entry}: finds a page in the page cache and takes a reference, without any lock.
 *
 * <p>Guarantees, when all steps are taken: the folio that is returned was in the slot while it was referenced, so it is the
 * file's page, and stays allocated until the reference is dropped.
 *
 * <p>Algorithm notes. Between reading the slot and taking the reference the folio may be freed, and its memory may be another
 * owner's folio already. That is harmless, since a folio is always a folio and has a refcount: the reference is taken first,
 * and then the slot is asked again whether it is on the right one.
 *
 * <p>The RCU section around all this is not modelled. It keeps the nodes of the tree alive, and here a slot is a word; it does
 * not keep folios from being freed and used again at once, and it orders nothing.
 */
public class Lookup extends Operation<Lookup.Step> {
    /** The steps in which variants differ. */
    public enum Step {
        /** With the reference taken, read the slot again, and start over if it changed: e286781d5f2e (2.6.27). */
        RELOAD_SLOT
    }

    /** How it ended. */
    public enum End {
        /** The reference is held. */
        FOUND,
        /** There is no such page in the cache. */
        EMPTY,
        /** It had to start over too often. */
        GAVE_UP
    }

    /** The most serious reason to start over. */
    public enum Retried {
        /** There was none. */
        NO,
        /** The folio was free or frozen. */
        REFUSED,
        /** A reference was taken and given back: the slot had changed. */
        MOVED,
        /** The same, and it was the last one, so that the lookup freed the folio. */
        FREED
    }

    /**
     * What a call returned.
     *
     * @param end how it ended
     * @param pfn the page that is held, or 0
     * @param retried why it had to start over
     */
    public record Found(End end, int pfn, Retried retried) {
        /** Whether a reference is held. */
        public boolean isHeld() {
            return end == End.FOUND;
        }
    }

    /** The kernel tries for ever; once refused and once more is as good a witness. */
    private static final int TRIES = 2;

    /** What it works on: see the constructor. */
    public final MemMap memMap;

    public final Inode file;

    /** Looks up pages of {@code file}. */
    public Lookup(Kernel kernel, MemMap memMap, Inode file) {
        super(kernel, Step.class);
        this.memMap = memMap;
        this.file = file;
    }

    /** Finds page {@code index} and takes a reference to it. */
    public Found get(int index) {
        Retried retried = Retried.NO;
        for (int tries = 0; tries < TRIES; tries++) {
            int pfn = (int) file.slot(index).readDependent();
            if (pfn == 0) {
                return new Found(End.EMPTY, 0, retried);
            }
            Folio folio = memMap.stableFolioOf(pfn);
            Retried reason = Retried.REFUSED;
            if (folio.tryGet()) {
                // Behind the full order of the get: it sees if the slot was emptied before the folio was free again.
                if (!steps.has(Step.RELOAD_SLOT) || file.slot(index).readOnce() == pfn) {
                    return new Found(End.FOUND, pfn, retried);
                }
                reason = folio.put() ? Retried.FREED : Retried.MOVED;
            }
            retried = reason.compareTo(retried) > 0 ? reason : retried;
        }
        return new Found(End.GAVE_UP, 0, retried);
    }
}
