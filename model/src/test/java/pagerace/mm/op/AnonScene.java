// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import pagerace.machine.SeqCount;
import pagerace.machine.TlbProfile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.InterposedMachine;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.SwapSpace;

/**
 * One anonymous page of one address space ({@code parent}), a table for a child, a free page and a swap slot; and what must
 * be true of their counts whatever an operation did.
 */
final class AnonScene {
    static final long CONTENT = 7;
    static final int CPU = 0;
    /** How often traces call the entry of the address space. */
    static final String READ_PTE = "readOnce parent.pte";

    final InterposedMachine machine = new InterposedMachine();
    final Folio folio;
    final Folio spare;
    final Mm mm;
    /** What maps the page. */
    final Entry entry;

    final PageTable child;
    final SwapSpace swap;

    /** Pins on {@link #folio} that the test holds. */
    int pins;
    /** Ordinary references to {@link #folio} that the test holds. */
    int holders;
    /** Whether a swap entry is this page's, and thus its folio may not be exclusive: false where a mutant breaks it, too. */
    boolean exclusiveNeverSwapped = true;

    /** The page is mapped once, with {@code flags}. */
    AnonScene(boolean large, long flags, TlbProfile flush, boolean stableWrites) {
        this(large, flags, new Platform(Platform.PteUpdate.LOCKED, flush), stableWrites);
    }

    private AnonScene(boolean large, long flags, Platform platform, boolean stableWrites) {
        Scene scene = new Scene(machine, platform);
        folio = scene.anon("folio").large(large).mapped().holding(CONTENT);
        spare = scene.free("spare");
        mm = scene.mm("parent").walkers(2).mapping(Pte.present(folio.pfn, flags));
        entry = mm.entry(0);
        child = new PageTable(machine, "child", Pte.NONE);
        swap = new SwapSpace(machine, stableWrites);
    }

    AnonScene(boolean large, long flags) {
        this(large, flags, TlbProfile.BROADCAST, false);
    }

    /** A small page mapped writable, dirty and accessed. */
    static AnonScene writable() {
        return new AnonScene(false, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED);
    }

    /** As {@link #writable}, on {@code platform}. */
    static AnonScene writableOn(Platform platform) {
        return new AnonScene(false, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED, platform, false);
    }

    /** A small page mapped read-only. */
    static AnonScene readOnly() {
        return new AnonScene(false, Pte.ACCESSED);
    }

    long pte() {
        return entry.word.readOnce();
    }

    void setPte(long pte) {
        entry.word.writeOnce(pte);
    }

    boolean isExclusive() {
        return folio.test(Folio.ANON_EXCLUSIVE);
    }

    AnonScene exclusive() {
        folio.flags.or(Folio.ANON_EXCLUSIVE);
        return this;
    }

    /** Another reference, as of FOLL_GET or of isolation. */
    AnonScene held() {
        folio.refcount.add(1);
        holders++;
        return this;
    }

    void letGo() {
        folio.refcount.add(-1);
        holders--;
    }

    AnonScene pinned() {
        if (folio.large) {
            folio.refcount.add(1);
            folio.pincount().add(1);
        } else {
            folio.refcount.add(Folio.PIN_BIAS);
        }
        pins++;
        return this;
    }

    void unpin() {
        folio.refcount.add(folio.large ? -1 : -Folio.PIN_BIAS);
        if (folio.large) {
            folio.pincount().add(-1);
        }
        pins--;
    }

    AnonScene hasPinned() {
        mm.setHasPinned();
        return this;
    }

    AnonScene inSwapCache() {
        swap.addToCache(folio);
        folio.flags.andNot(Folio.DIRTY);
        return this;
    }

    /** The child maps the page as well, read-only. */
    AnonScene sharedWithChild() {
        child.entry(0).word.writeOnce(Pte.present(folio.pfn, 0));
        folio.refcount.add(1);
        folio.mapcount.add(1);
        return this;
    }

    /** The child has a swap entry for the slot. */
    AnonScene swapEntryInChild() {
        child.entry(0).word.writeOnce(Pte.swap(SwapSpace.OFFSET, false));
        swap.count.add(1);
        return this;
    }

    /** The page is in the swap cache, and its entry a swap entry. */
    AnonScene swappedOut(boolean exclusive) {
        inSwapCache();
        setPte(Pte.swap(SwapSpace.OFFSET, exclusive));
        swap.count.add(1);
        folio.mapcount.add(-1);
        folio.refcount.add(-1);
        return this;
    }

    /** The page is on the device only, and its folio free. */
    AnonScene onDevice(boolean exclusive) {
        swappedOut(exclusive);
        swap.disk.writeOnce(CONTENT);
        swap.removeFromCache(folio);
        folio.refcount.add(-1);
        return this;
    }

    WriteFault writeFault(ReuseRule rule) {
        return new WriteFault(Linux.MAINLINE.with(rule), mm, swap, FreeFolios.only(spare));
    }

    SwapIn swapIn(ReuseRule rule) {
        return new SwapIn(Linux.MAINLINE.with(rule), mm, swap, FreeFolios.only(spare));
    }

    UserAccess user(ReuseRule rule) {
        return new UserAccess(mm, writeFault(rule), swapIn(rule));
    }

    /** Every reference, mapping, pin and swap entry is accounted for; and nobody holds a lock. */
    void assertConserved() {
        assertCounts(folio, pins, holders);
        assertCounts(spare, 0, 0);
        assertThat(swap.count.readOnce())
                .as("the swap map counts the swap entries")
                .isEqualTo(entries().filter(pte -> Pte.has(pte, Pte.SWAP)).count());
        assertThat(swap.cache.readOnce())
                .as("the swap cache's slot and the flag agree")
                .isEqualTo(folio.test(Folio.SWAPCACHE) ? folio.pfn : 0);
        if (exclusiveNeverSwapped && entries().anyMatch(pte -> Pte.has(pte, Pte.SWAP))) {
            assertThat(isExclusive()).as("swapped, so not exclusive").isFalse();
        }
        assertIdle(machine);
    }

    private void assertCounts(Folio which, int itsPins, int itsHolders) {
        long mapped = entries()
                .filter(pte -> Pte.isPresent(pte) && Pte.pfn(pte) == which.pfn)
                .count();
        boolean free = which.refcount.readOnce() == 0;
        long cached = !free && which.test(Folio.SWAPCACHE) ? 1 : 0;
        long pinned = which.large ? itsPins : itsPins * Folio.PIN_BIAS;
        assertThat(which.refcount.readOnce())
                .as("references to page %d", which.pfn)
                .isEqualTo(mapped + cached + pinned + itsHolders);
        if (!free) {
            assertThat(which.mapcount.readOnce())
                    .as("mappings of page %d", which.pfn)
                    .isEqualTo(mapped);
        }
        if (which.large) {
            assertThat(which.pincount().readOnce()).as("pincount").isEqualTo(itsPins);
        }
    }

    private Stream<Long> entries() {
        return Stream.of(pte(), child.entry(0).word.readOnce());
    }

    /** Nobody holds a lock, is inside a walk or an access, or left an interposed action undone. */
    static void assertIdle(InterposedMachine machine) {
        for (String lock : new String[] {"ptl", "_lock", "i_mmap_rwsem"}) {
            machine.wordsEndingWith(lock)
                    .forEach(
                            (name, word) -> assertThat(word.readOnce()).as(name).isZero());
        }
        machine.wordsEndingWith(".flags").forEach((name, word) -> {
            if (!name.startsWith("parent") && !name.startsWith("mm.")) { // an address space's, whose bits are others
                assertThat(word.readOnce() & Folio.LOCKED).as("lock in " + name).isZero();
            }
        });
        machine.wordsEndingWith("]").forEach((name, word) -> {
            if (name.startsWith("irqs-off") || name.startsWith("access")) {
                assertThat(SeqCount.isOdd(word.readOnce())).as(name).isFalse();
            }
        });
        assertThat(machine.hasNothingPending())
                .as("everything interposed has happened")
                .isTrue();
    }
}
