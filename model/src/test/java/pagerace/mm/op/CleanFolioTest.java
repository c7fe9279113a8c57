// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Buffers;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;
import pagerace.mm.op.CleanFolio.End;
import pagerace.mm.op.CleanFolio.Step;

class CleanFolioTest {
    private static final Kernel MAINLINE = Linux.MAINLINE;
    private static final String TAKE_IMMAP = "lock inode.i_mmap_rwsem";
    private static final String DROP_IMMAP = "fetchAdd inode.i_mmap_rwsem RELEASE";
    private static final String LOOK_FOR_PINS = "readOnce folio.refcount";

    /** Cleans under the caller's folio lock. */
    private static End clear(DiskScene scene, Kernel steps) {
        scene.folio.lock.lock();
        End end = scene.cleaner(steps).clearForIo(scene.folio);
        assertThat(scene.folio.lock.isLocked()).as("the lock is the caller's").isTrue();
        scene.folio.lock.unlock();
        scene.assertConserved();
        return end;
    }

    private static void cancel(DiskScene scene, Kernel steps) {
        scene.folio.lock.lock();
        scene.cleaner(steps).cancel(scene.folio);
        scene.folio.lock.unlock();
        scene.assertConserved();
    }

    private static void assertEntry(DiskScene scene, long flags) {
        assertThat(scene.pte()).isEqualTo(Pte.present(scene.folio.pfn, flags));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anUnmappedFolioIsJustCleared(boolean dirty) {
        DiskScene scene = dirty ? DiskScene.plain().dirty() : DiskScene.plain();
        assertThat(scene.machine.logOf(() -> scene.cleaner(MAINLINE).clearForIo(scene.folio)))
                .containsExactly("readOnce folio.mapcount", DiskScene.CLEAR_MARK);
        assertThat(scene.isDirty()).isFalse();
        DiskScene again = dirty ? DiskScene.plain().dirty() : DiskScene.plain();
        assertThat(clear(again, MAINLINE)).isEqualTo(dirty ? End.WAS_DIRTY : End.WAS_CLEAN);
    }

    @ParameterizedTest
    @ValueSource(longs = {Pte.WRITE, Pte.DIRTY, Pte.WRITE | Pte.DIRTY})
    void anEntryThatMayHaveBeenStoredThroughMakesTheFolioDirty(long flags) {
        DiskScene scene = DiskScene.buffered(Buffers.ATTACHED).mapped(flags | Pte.ACCESSED);
        assertThat(clear(scene, MAINLINE)).isEqualTo(End.WAS_DIRTY);
        assertEntry(scene, DiskScene.READ_ONLY);
        assertThat(scene.isDirty()).isFalse();
        assertThat(scene.buffers.state.readOnce())
                .as("the buffers have learnt of it")
                .isEqualTo(Buffers.ATTACHED | Buffers.DIRTY);
    }

    @Test
    void withoutTransferTheStoreIsForgotten() {
        DiskScene scene = DiskScene.plain().mapped(DiskScene.WRITABLE);
        assertThat(clear(scene, MAINLINE.without(Step.TRANSFER))).isEqualTo(End.WAS_CLEAN);
        assertEntry(scene, DiskScene.READ_ONLY);
    }

    @Test
    void withoutCleaningTheEntryStaysWritable() {
        DiskScene scene = DiskScene.plain().mapped(DiskScene.WRITABLE).dirty();
        assertThat(clear(scene, MAINLINE.without(Step.MKCLEAN))).isEqualTo(End.WAS_DIRTY);
        assertEntry(scene, DiskScene.WRITABLE);
    }

    @Test
    void leavesAloneWhatIsCleanOrNotOfTheFolio() {
        DiskScene readOnly = DiskScene.plain().mapped(DiskScene.READ_ONLY);
        assertThat(readOnly.machine.logOf(
                        () -> assertThat(clear(readOnly, MAINLINE)).isEqualTo(End.WAS_CLEAN)))
                .doesNotContain(DiskScene.CLEAR_ENTRY, DiskScene.FLUSH, DiskScene.MARK);
        DiskScene foreign = DiskScene.plain();
        foreign.folio.mapcount.writeOnce(1); // a mapping that the walk does not find
        for (long entry : new long[] {Pte.NONE, Pte.swap(1, false) | Pte.WRITE, Pte.present(2, DiskScene.WRITABLE)}) {
            foreign.mm.entry(0).word.writeOnce(entry);
            assertThat(foreign.cleaner(MAINLINE).clearForIo(foreign.folio)).isEqualTo(End.WAS_CLEAN);
            assertThat(foreign.pte()).isEqualTo(entry);
        }
    }

    /** What a zap relies on: as long as it counts the mapping the cleaner comes to the page-table lock, and no longer. */
    @Test
    void skipsAFolioThatSeemsUnmapped() {
        DiskScene scene = DiskScene.plain().mapped(DiskScene.WRITABLE).dirty();
        scene.folio.mapcount.writeOnce(0);
        assertThat(scene.machine.logOf(() -> scene.cleaner(MAINLINE).clearForIo(scene.folio)))
                .doesNotContain(TAKE_IMMAP, DiskScene.TAKE_PTL);
        assertEntry(scene, DiskScene.WRITABLE);
    }

    @Test
    void cleansTheEntriesFirstAndTheMarkLast() {
        DiskScene scene = DiskScene.untagged().mapped(DiskScene.WRITABLE).dirty();
        assertThat(scene.machine.logOf(() -> scene.cleaner(MAINLINE).clearForIo(scene.folio)))
                .containsSubsequence(
                        "readOnce folio.mapcount",
                        TAKE_IMMAP,
                        DiskScene.TAKE_PTL,
                        DiskScene.CLEAR_ENTRY,
                        DiskScene.FLUSH,
                        DiskScene.SET_ENTRY,
                        DiskScene.DROP_PTL,
                        DROP_IMMAP,
                        DiskScene.MARK,
                        DiskScene.CLEAR_MARK);
    }

    @Test
    void aStoreJustBeforeTheEntryIsClearedIsTransferred() {
        DiskScene scene = DiskScene.plain().mapped(Pte.WRITE);
        scene.machine.before(DiskScene.CLEAR_ENTRY, 1, () -> scene.store().storeThrough(DiskScene.STORED));
        assertThat(clear(scene, MAINLINE)).isEqualTo(End.WAS_DIRTY);
        assertEntry(scene, 0);
    }

    @Test
    void anEntryThatIsKeptIsKeptAsItWasFoundLast() {
        DiskScene scene = DiskScene.plain().mapped(Pte.WRITE).pinned();
        scene.machine.before(DiskScene.CLEAR_ENTRY, 1, () -> scene.store().storeThrough(DiskScene.STORED));
        assertThat(clear(scene, MAINLINE.with(Step.KEEP_PINNED_MAPPED))).isEqualTo(End.KEPT_PINNED);
        assertEntry(scene, Pte.WRITE | Pte.DIRTY);
    }

    @Test
    void noTranslationOutlivesTheCleaning() {
        DiskScene scene = DiskScene.plain().mapped(DiskScene.WRITABLE).cached(DiskScene.WRITABLE);
        assertThat(clear(scene, MAINLINE)).isEqualTo(End.WAS_DIRTY);
        assertThat(scene.store().storeThrough(DiskScene.STORED)).isFalse();
    }

    @Test
    void cleansEveryMappingUnderItsOwnLock() {
        DiskScene scene = DiskScene.plain().mapped(DiskScene.READ_ONLY);
        scene.mappedIn(scene.other, DiskScene.WRITABLE);
        scene.expectPtl(true, "readOnce mm.pte", 1).expectPtl(false, "lock other.ptl", 1);
        assertThat(clear(scene, MAINLINE)).isEqualTo(End.WAS_DIRTY);
        assertThat(scene.other.entry(0).word.readOnce()).isEqualTo(Pte.present(1, DiskScene.READ_ONLY));
        DiskScene swapped = DiskScene.plain().mapped(DiskScene.WRITABLE);
        swapped.mappedIn(swapped.other, DiskScene.READ_ONLY);
        assertThat(clear(swapped, MAINLINE)).as("found in the first").isEqualTo(End.WAS_DIRTY);
    }

    /** 2.6.19 believed the mark, and asked the entries too late to be told. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clearingFirstForgetsWhatTheEntriesKnow(boolean dirty) {
        DiskScene scene = DiskScene.buffered(Buffers.ATTACHED).mapped(DiskScene.WRITABLE);
        if (dirty) {
            scene.dirty();
        }
        assertThat(clear(scene, Linux.V2_6_19)).isEqualTo(dirty ? End.WAS_DIRTY : End.WAS_CLEAN);
        assertEntry(scene, dirty ? DiskScene.READ_ONLY : DiskScene.WRITABLE);
        assertThat(scene.buffers.state.readOnce()).isEqualTo(Buffers.ATTACHED);
        assertThat(scene.isDirty()).isFalse();
        DiskScene order = DiskScene.plain().mapped(DiskScene.WRITABLE).dirty();
        order.machine.before(
                DiskScene.CLEAR_ENTRY, 1, () -> assertThat(order.isDirty()).isFalse());
        assertThat(clear(order, Linux.V2_6_19)).isEqualTo(End.WAS_DIRTY);
        DiskScene unclean = DiskScene.plain().mapped(DiskScene.WRITABLE).dirty();
        assertThat(clear(unclean, Linux.V2_6_19.without(Step.MKCLEAN))).isEqualTo(End.WAS_DIRTY);
        assertEntry(unclean, DiskScene.WRITABLE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancellingClearsTheMarkAndIn2619TheEntries(boolean cleans) {
        DiskScene scene = DiskScene.plain().mapped(DiskScene.WRITABLE).dirty();
        cancel(scene, cleans ? Linux.V2_6_19 : MAINLINE);
        assertThat(scene.isDirty()).isFalse();
        assertEntry(scene, cleans ? DiskScene.READ_ONLY : DiskScene.WRITABLE);
        DiskScene clean = DiskScene.plain().mapped(DiskScene.WRITABLE);
        cancel(clean, cleans ? Linux.V2_6_19 : MAINLINE);
        assertEntry(clean, DiskScene.WRITABLE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPinnedFolioMayStayMappedAndDirty(boolean pinned) {
        Kernel steps = MAINLINE.with(Step.KEEP_PINNED_MAPPED);
        DiskScene scene = DiskScene.plain().mapped(DiskScene.WRITABLE);
        if (pinned) {
            scene.pinned();
        }
        assertThat(clear(scene, steps)).isEqualTo(pinned ? End.KEPT_PINNED : End.WAS_DIRTY);
        assertEntry(scene, pinned ? DiskScene.WRITABLE : DiskScene.READ_ONLY);
        assertThat(scene.isDirty()).isEqualTo(pinned);
    }

    @Test
    void looksForPinsBehindAFenceWhileTheEntryIsClear() {
        DiskScene scene = DiskScene.plain().mapped(DiskScene.WRITABLE);
        scene.machine.before(LOOK_FOR_PINS, 1, () -> assertThat(scene.pte()).isEqualTo(Pte.NONE));
        scene.expectPtl(true, LOOK_FOR_PINS, 1);
        List<String> log = scene.machine.logOf(() -> clear(scene, MAINLINE.with(Step.KEEP_PINNED_MAPPED)));
        assertThat(log)
                .as("a flush ends with a fence too, but need not do so everywhere")
                .containsSequence("smpMb", "smpMb", LOOK_FOR_PINS);
        assertThat(log).containsSubsequence(DiskScene.CLEAR_ENTRY, DiskScene.FLUSH, LOOK_FOR_PINS);
    }

    /** One entry kept and one cleaned: the folio must remember what the cleaned one knew. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keepsWhatACleanedEntryKnewBesideOneThatWasKept(boolean keptFirst) {
        DiskScene scene = DiskScene.plain().mapped(Pte.WRITE);
        scene.mappedIn(scene.other, Pte.WRITE | Pte.DIRTY);
        if (keptFirst) {
            scene.folio.refcount.add(Folio.PIN_BIAS);
        }
        scene.machine.before(LOOK_FOR_PINS, 2, () -> scene.folio.refcount.add(keptFirst ? -Folio.PIN_BIAS : 0));
        if (!keptFirst) {
            scene.machine.before(LOOK_FOR_PINS, 2, scene::pinned);
        }
        assertThat(clear(scene, MAINLINE.with(Step.KEEP_PINNED_MAPPED))).isEqualTo(End.KEPT_PINNED);
        assertThat(scene.isDirty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPinnedFolioMayStayDirtyWithItsEntriesClean(boolean pinned) {
        Kernel steps = MAINLINE.with(Step.KEEP_PINNED_DIRTY);
        DiskScene scene = DiskScene.plain().mapped(DiskScene.WRITABLE);
        if (pinned) {
            scene.machine.before(DiskScene.MARK, 1, scene::pinned); // seen even if it comes behind the walk
        }
        assertThat(clear(scene, steps)).isEqualTo(pinned ? End.KEPT_PINNED : End.WAS_DIRTY);
        assertEntry(scene, DiskScene.READ_ONLY);
        assertThat(scene.isDirty()).isEqualTo(pinned);
    }
}
