// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.machine.SpinLock;
import pagerace.machine.Stuck;
import pagerace.machine.Tlb;
import pagerace.machine.TlbProfile;
import pagerace.mm.Platform.PteUpdate;

/** The kernel's state, structure by structure. */
class StateTest {
    private final InterposedMachine machine = new InterposedMachine();

    private Folio folio(int pfn, boolean large, long refcount) {
        return new Folio(
                machine, "folio" + pfn, pfn, large, new Folio.Initially(refcount, 0, Folio.UPTODATE, Folio.ANON, 7));
    }

    @Nested
    class OfAFolio {
        @Test
        void aSmallOneCountsPinsInItsReferences() {
            Folio folio = folio(1, false, 1);
            assertThat(folio.maybePinned()).isFalse();
            folio.refcount.add(Folio.PIN_BIAS);
            assertThat(folio.maybePinned()).isTrue();
            folio.refcount.add(-Folio.PIN_BIAS);
            assertThat(folio.maybePinned()).isFalse();
            assertThatThrownBy(folio::pincount).isInstanceOf(IllegalStateException.class);
        }

        @Test
        void veryManyPlainReferencesLookLikeAPin() {
            Folio folio = folio(1, false, Folio.PIN_BIAS - 1);
            assertThat(folio.maybePinned()).isFalse();
            assertThat(folio.tryGet()).isTrue();
            assertThat(folio.maybePinned()).isTrue();
        }

        @Test
        void aLargeOneHasACountOfItsOwn() {
            Folio folio = folio(1, true, 2 * Folio.PIN_BIAS);
            assertThat(folio.maybePinned()).as("plain references only").isFalse();
            folio.pincount().add(1);
            assertThat(folio.maybePinned()).isTrue();
        }

        @Test
        void lookingForPinsOrdersNothing() {
            Folio small = folio(1, false, 1);
            Folio large = folio(2, true, 1);
            assertThat(machine.logOf(small::maybePinned)).containsExactly("readOnce folio1.refcount");
            assertThat(machine.logOf(large::maybePinned)).containsExactly("readOnce folio2.pincount");
        }

        @Test
        void isFrozenOnlyFromExactlyThatManyReferences() {
            Folio folio = folio(1, false, 2);
            assertThat(folio.freeze(1)).isFalse();
            assertThat(folio.freeze(3)).isFalse();
            assertThat(folio.refcount.readOnce()).isEqualTo(2);
            assertThat(folio.freeze(2)).isTrue();
            assertThat(folio.refcount.readOnce()).isZero();
            assertThat(folio.tryGet()).as("nobody gets at a frozen one").isFalse();
            assertThat(folio.refcount.readOnce()).isZero();
        }

        @Test
        void theLastPutSaysSo() {
            Folio folio = folio(1, false, 1);
            assertThat(folio.tryGet()).isTrue();
            assertThat(folio.put()).isFalse();
            assertThat(folio.put()).isTrue();
        }

        @Test
        void gettingPuttingAndFreezingAreFullyOrdered() {
            Folio folio = folio(1, false, 1);
            assertThat(machine.logOf(() -> {
                        boolean got = folio.tryGet();
                        boolean last = folio.put();
                        boolean frozen = folio.freeze(1);
                        assertThat(got && !last && frozen).isTrue();
                    }))
                    .containsExactly(
                            "addUnless folio1.refcount FULL",
                            "fetchAdd folio1.refcount FULL",
                            "cmpxchg folio1.refcount FULL");
        }

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        void isAllocatedAnonymousAndUnmapped(boolean exclusive) {
            Folio folio = new Folio(machine, "spare", 1, false, Folio.Initially.FREE);
            folio.allocateAnon(5, exclusive);
            assertThat(folio.refcount.readOnce()).isEqualTo(1);
            assertThat(folio.mapcount.readOnce()).isZero();
            assertThat(folio.mapping.readOnce()).isEqualTo(Folio.ANON);
            assertThat(folio.data.readOnce()).isEqualTo(5);
            assertThat(folio.flags.readOnce()).isEqualTo(Folio.UPTODATE | (exclusive ? Folio.ANON_EXCLUSIVE : 0));
            assertThatThrownBy(() -> folio.allocateAnon(6, false)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> folio.allocateShmem(6, 0)).isInstanceOf(IllegalStateException.class);
            assertThat(folio.data.readOnce()).isEqualTo(5);
        }

        @Test
        void isAllocatedForAFileUnmapped() {
            Folio folio = new Folio(machine, "spare", 1, false, Folio.Initially.FREE);
            folio.allocateShmem(5, Folio.LOCKED);
            assertThat(folio.refcount.readOnce()).isEqualTo(1);
            assertThat(folio.mapcount.readOnce()).isZero();
            assertThat(folio.mapping.readOnce()).isEqualTo(Folio.SHMEM);
            assertThat(folio.flags.readOnce()).isEqualTo(Folio.UPTODATE | Folio.LOCKED);
            assertThat(folio.lock.isLocked()).isTrue();
        }

        @Test
        void freedItCanBeAllocatedAgain() {
            Folio folio = new Folio(machine, "spare", 1, false, Folio.Initially.FREE);
            folio.allocateAnon(5, true);
            assertThat(folio.put()).isTrue();
            folio.allocateAnon(6, false);
            assertThat(folio.data.readOnce()).isEqualTo(6);
            assertThat(folio.test(Folio.ANON_EXCLUSIVE)).isFalse();
        }

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        void isUnpinnedAsItWasPinned(boolean large) {
            Folio folio = folio(1, large, large ? 2 : 1 + Folio.PIN_BIAS);
            if (large) {
                folio.pincount().add(1);
            }
            assertThat(folio.maybePinned()).isTrue();
            assertThat(machine.logOf(folio::unpin))
                    .containsExactly(
                            large
                                    ? new String[] {"fetchAdd folio1.pincount RELAXED", "fetchAdd folio1.refcount FULL"}
                                    : new String[] {"fetchAdd folio1.refcount FULL"});
            assertThat(folio.maybePinned()).isFalse();
            assertThat(folio.refcount.readOnce()).isEqualTo(1);
        }

        @Test
        void itsMarkIsClearedFullyOrdered() {
            Folio folio = folio(1, false, 1);
            folio.flags.or(Folio.DIRTY);
            assertThat(machine.logOf(() -> {
                        assertThat(folio.testAndClearDirty()).isTrue();
                        assertThat(folio.testAndClearDirty()).isFalse();
                    }))
                    .containsExactly("fetchAndNot folio1.flags FULL", "fetchAndNot folio1.flags FULL");
            assertThat(folio.flags.readOnce()).isEqualTo(Folio.UPTODATE);
        }

        @Test
        void isWaitedForWhileItIsWritten() {
            Folio folio = folio(1, false, 1);
            folio.flags.or(Folio.LOCKED | Folio.DIRTY);
            folio.waitForWriteback();
            folio.flags.or(Folio.WRITEBACK);
            machine.before("await folio1.flags", 1, () -> folio.flags.andNot(Folio.WRITEBACK));
            folio.waitForWriteback();
            assertThat(machine.hasNothingPending()).isTrue();
            folio.flags.or(Folio.WRITEBACK);
            assertThatThrownBy(folio::waitForWriteback).isSameAs(Stuck.STUCK);
        }

        @Test
        void theLockIsOneOfTheFlags() {
            Folio folio = folio(1, false, 1);
            folio.lock.lock();
            assertThat(folio.test(Folio.LOCKED)).isTrue();
            assertThat(folio.test(Folio.UPTODATE)).isTrue();
            assertThat(folio.test(Folio.DIRTY | Folio.WRITEBACK)).isFalse();
            folio.lock.unlock();
            assertThat(folio.flags.readOnce()).isEqualTo(Folio.UPTODATE);
        }
    }

    @Nested
    class OfTheMemoryMap {
        @Test
        void findsFoliosByNumber() {
            Folio one = folio(1, false, 1);
            Folio two = folio(2, true, 1);
            MemMap map = new MemMap(machine, List.of(one, two));
            assertThat(map.folioOf(1)).isSameAs(one);
            assertThat(map.folioOf(2)).isSameAs(two);
            machine.named("compound_head[2]").writeOnce(1);
            assertThat(map.folioOf(2)).as("its head is another folio now").isSameAs(one);
            assertThat(map.stableFolioOf(2)).isSameAs(two);
            assertThat(machine.logOf(() -> map.stableFolioOf(1))).isEmpty();
        }

        @Test
        void insistsOnNumbersFromOne() {
            assertThatThrownBy(() -> new MemMap(machine, List.of(folio(2, false, 1))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Nested
    class OfAPageTable {
        @Test
        void hasOneEntryOrTwoOrNone() {
            PageTable one = new PageTable(machine, "one", Pte.present(1, 0));
            assertThat(one.entry(0).word.readOnce()).isEqualTo(Pte.present(1, 0));
            assertThat(one.pmd().word.readOnce()).isEqualTo(PageTable.TABLE);
            PageTable two = new PageTable(machine, "two", Pte.NONE, Pte.present(2, 0));
            assertThat(two.entry(0).word.readOnce()).isZero();
            assertThat(two.entry(1).word.readOnce()).isEqualTo(Pte.present(2, 0));
            PageTable none = PageTable.none(machine, "none");
            assertThat(none.pmd().word.readOnce()).isEqualTo(Pte.NONE);
            assertThatThrownBy(() -> none.entry(0)).isInstanceOf(ArrayIndexOutOfBoundsException.class);
        }

        @Test
        void anEntryKnowsItsLockAndWhatIsAbove() {
            PageTable table = new PageTable(machine, "mm", Pte.NONE, Pte.NONE);
            for (Entry entry : List.of(table.entry(0), table.entry(1))) {
                assertThat(entry.level).isEqualTo(Entry.Level.PTE);
                assertThat(entry.above).isSameAs(table.pmd());
                assertThat(entry.lock).as("one lock for the table").isSameAs(table.entry(0).lock);
            }
            assertThat(table.pmd().level).isEqualTo(Entry.Level.PMD);
            assertThat(table.pmd().above).isNull();
        }

        @Test
        void atScaleEachEntryMayHaveALockOfItsOwn() {
            SpinLock[] locks = {new SpinLock(machine, "first"), new SpinLock(machine, "second")};
            PageTable table = new PageTable(machine, locks.length, i -> locks[i]);
            for (int i = 0; i < locks.length; i++) {
                assertThat(table.entry(i).lock).isSameAs(locks[i]);
                assertThat(table.entry(i).above).isSameAs(table.pmd());
            }
        }
    }

    @Nested
    class OfAnAddressSpace {
        private Mm mm(boolean hasPinned) {
            Tlb tlb = new Tlb(machine, TlbProfile.BROADCAST, 1);
            return new Mm(
                    machine,
                    "mm",
                    new Platform(PteUpdate.LOCKED, TlbProfile.BROADCAST),
                    new MemMap(machine, List.of()),
                    new PageTable(machine, "mm", Pte.NONE),
                    tlb,
                    hasPinned);
        }

        @Test
        void isMarkedOnceAndForEver() {
            Mm mm = mm(false);
            assertThat(mm.hasPinned()).isFalse();
            assertThat(machine.logOf(mm::setHasPinned))
                    .containsExactly("readOnce mm.flags", "fetchOr mm.flags RELAXED");
            assertThat(mm.hasPinned()).isTrue();
            assertThat(machine.logOf(mm::setHasPinned)).as("written once").containsExactly("readOnce mm.flags");
        }

        @Test
        void mayBeMarkedFromTheBeginning() {
            assertThat(mm(true).hasPinned()).isTrue();
        }
    }

    @Nested
    class OfSwap {
        private final SwapSpace swap = new SwapSpace(machine, false);

        private Folio cached(long refcount) {
            Folio folio = folio(1, false, refcount);
            swap.addToCache(folio);
            return folio;
        }

        @Test
        void theCacheHoldsAReference() {
            Folio folio = cached(1);
            assertThat(folio.refcount.readOnce()).isEqualTo(2);
            assertThat(folio.test(Folio.SWAPCACHE)).isTrue();
            assertThat(folio.test(Folio.DIRTY)).isTrue();
            assertThat(swap.cache.readOnce()).isEqualTo(1);
            swap.removeFromCache(folio);
            assertThat(folio.refcount.readOnce())
                    .as("the reference is the caller's now")
                    .isEqualTo(2);
            assertThat(folio.test(Folio.SWAPCACHE)).isFalse();
            assertThat(swap.cache.readOnce()).isZero();
        }

        @Test
        void anUnusedSlotIsFreed() {
            Folio folio = cached(1);
            folio.flags.andNot(Folio.DIRTY);
            assertThat(swap.tryFree(folio)).isTrue();
            assertThat(folio.refcount.readOnce()).isEqualTo(1);
            assertThat(folio.test(Folio.DIRTY))
                    .as("memory alone has the content")
                    .isTrue();
            assertThat(swap.cache.readOnce()).isZero();
            assertThat(swap.tryFree(folio)).as("not cached").isFalse();
            assertThat(folio.refcount.readOnce()).isEqualTo(1);
        }

        @Test
        void aSlotInUseIsNot() {
            Folio counted = cached(1);
            swap.count.add(1);
            assertThat(swap.tryFree(counted)).isFalse();
            swap.count.add(-1);
            counted.flags.or(Folio.WRITEBACK);
            assertThat(swap.tryFree(counted)).isFalse();
            assertThat(counted.refcount.readOnce()).isEqualTo(2);
            assertThat(swap.cache.readOnce()).isEqualTo(1);
        }

        @Test
        void theCacheChangesUnderItsLock() {
            Folio folio = folio(1, false, 1);
            assertThat(machine.logOf(() -> {
                        swap.addToCache(folio);
                        swap.removeFromCache(folio);
                    }))
                    .containsSubsequence(
                            "fetchAdd folio1.refcount RELAXED",
                            "lock swap_cache.xa_lock",
                            "writeOnce swap_cache",
                            "storeRelease swap_cache.xa_lock",
                            "lock swap_cache.xa_lock",
                            "writeOnce swap_cache",
                            "storeRelease swap_cache.xa_lock");
        }
    }

    @Nested
    class OfAFile {
        @Test
        void holdsItsPagesUntilTheyAreRemoved() {
            Folio one = folio(1, false, 1);
            Folio two = folio(2, false, 1);
            Inode file = new Inode(machine, Folio.SHMEM, one, two);
            assertThat(file.pages()).isEqualTo(2);
            assertThat(file.size.readOnce()).isEqualTo(2);
            assertThat(file.iPrivate.readOnce()).isEqualTo(Inode.NO_PUNCH);
            assertThat(file.slot(1).readOnce()).isEqualTo(2);
            one.mapping.writeOnce(Folio.SHMEM);
            assertThat(machine.logOf(() -> file.remove(0, one)))
                    .containsExactly(
                            "lock page_cache.xa_lock",
                            "writeOnce page_cache[0]",
                            "writeOnce folio1.mapping",
                            "storeRelease page_cache.xa_lock");
            assertThat(file.slot(0).readOnce()).isZero();
            assertThat(one.mapping.readOnce()).isEqualTo(Folio.NO_MAPPING);
            assertThat(one.refcount.readOnce())
                    .as("the reference is the caller's now")
                    .isEqualTo(1);
            assertThat(machine.logOf(() -> file.add(0, two)))
                    .containsExactly(
                            "lock page_cache.xa_lock",
                            "readOnce page_cache[0]",
                            "storeRelease page_cache[0]",
                            "storeRelease page_cache.xa_lock");
            assertThat(file.slot(0).readOnce()).isEqualTo(2);
            assertThat(file.add(0, one)).as("a slot that is filled").isFalse();
            assertThat(file.slot(0).readOnce()).isEqualTo(2);
            assertThat(new Inode(machine, Folio.SHMEM, one).pages()).isEqualTo(1);
        }
    }

    @Nested
    class OfAnInode {
        @Test
        void ownsFoliosOfItsKind() {
            Folio folio = folio(1, false, 1);
            for (long kind : new long[] {Folio.SHMEM, Folio.FILE}) {
                Inode inode = new Inode(machine, kind, folio);
                assertThat(inode.kind).isEqualTo(kind);
                for (long mapping : new long[] {Folio.NO_MAPPING, Folio.ANON, Folio.SHMEM, Folio.FILE}) {
                    folio.mapping.writeOnce(mapping);
                    assertThat(inode.owns(folio)).isEqualTo(mapping == kind);
                }
                inode.remove(0, folio);
                assertThat(inode.owns(folio)).as("removed").isFalse();
                assertThat(machine.logOf(() -> inode.owns(folio))).containsExactly("readOnce folio1.mapping");
            }
        }

        @Test
        void hasSeenNoUnmappingYet() {
            assertThat(new Inode(machine, Folio.FILE, folio(1, false, 1)).truncateCount.readOnce())
                    .isZero();
        }
    }

    @Nested
    class OfAFileOnDisk {
        private DiskFile file(boolean reserved) {
            return new DiskFile(machine, folio(1, false, 1), 5, reserved);
        }

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        void mayBeginWithAnAgreement(boolean reserved) {
            DiskFile file = file(reserved);
            assertThat(file.disk.readOnce()).isEqualTo(5);
            assertThat(file.isReserved()).isEqualTo(reserved);
            assertThat(machine.logOf(file::isReserved)).containsExactly("readOnce fs.reserved");
            file.reserved.writeOnce(reserved ? 0 : DiskFile.RESERVED);
            assertThat(file.isReserved()).isNotEqualTo(reserved);
        }
    }

    @Nested
    class OfBuffers {
        @ParameterizedTest
        @ValueSource(longs = {0, Buffers.ATTACHED, Buffers.DIRTY, Buffers.ATTACHED | Buffers.DIRTY})
        void areAttachedAndDirtyIndependently(long state) {
            Buffers buffers = new Buffers(machine, state);
            assertThat(buffers.isAttached()).isEqualTo((state & Buffers.ATTACHED) != 0);
            assertThat(buffers.testAndClearDirty()).isEqualTo((state & Buffers.DIRTY) != 0);
            assertThat(buffers.state.readOnce()).isEqualTo(state & Buffers.ATTACHED);
            buffers.state.or(Buffers.DIRTY);
            buffers.detach();
            assertThat(buffers.state.readOnce())
                    .as("a mark on what is gone stays")
                    .isEqualTo(Buffers.DIRTY);
        }

        @Test
        void orderOnlyTheClearingOfTheMark() {
            Buffers buffers = new Buffers(machine, Buffers.ATTACHED);
            assertThat(machine.logOf(() -> {
                        buffers.privateLock.lock();
                        boolean attached = buffers.isAttached();
                        buffers.detach();
                        buffers.privateLock.unlock();
                        assertThat(attached && !buffers.testAndClearDirty()).isTrue();
                    }))
                    .containsExactly(
                            "lock inode.i_private_lock",
                            "readOnce folio.buffers",
                            "fetchAndNot folio.buffers RELAXED",
                            "storeRelease inode.i_private_lock",
                            "fetchAndNot folio.buffers FULL");
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyPlatformClearsAndWriteProtects(PteUpdate update) {
        Entry entry = new PageTable(machine, "mm", Pte.present(1, Pte.WRITE | Pte.DIRTY)).entry(0);
        String order = update == PteUpdate.LOCKED ? "FULL" : "RELAXED";
        boolean plain = update == PteUpdate.PLAIN;
        assertThat(machine.logOf(() -> update.writeProtect(entry)))
                .containsExactly(
                        plain
                                ? new String[] {"readOnce mm.pte", "writeOnce mm.pte"}
                                : new String[] {"fetchAndNot mm.pte " + order});
        assertThat(entry.word.readOnce()).isEqualTo(Pte.present(1, Pte.DIRTY));
        assertThat(machine.logOf(() -> assertThat(update.getAndClear(entry)).isEqualTo(Pte.present(1, Pte.DIRTY))))
                .containsExactly(
                        plain
                                ? new String[] {"readOnce mm.pte", "writeOnce mm.pte"}
                                : new String[] {"xchg mm.pte " + order});
        assertThat(entry.word.readOnce()).isZero();
        Platform platform = new Platform(PteUpdate.LOCKED, TlbProfile.DEFERRED).with(update);
        assertThat(platform).isEqualTo(new Platform(update, TlbProfile.DEFERRED));
    }
}
