// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;
import pagerace.mm.op.Zap.End;
import pagerace.mm.op.Zap.Step;

class ZapTest {
    private static final String PUT = "fetchAdd folio.refcount FULL";

    enum Release {
        V2_6(Linux.V2_6_20),
        V3_15(Linux.V3_15),
        V6_2(Linux.V6_2);

        final Kernel steps;

        Release(Kernel steps) {
            this.steps = steps;
        }
    }

    private static End zap(DiskScene scene, Kernel steps, boolean leaveMarker, boolean evenCopies) {
        return new Zap(steps, scene.mm).zap(scene.mm.entry(0), leaveMarker, evenCopies);
    }

    private static End zap(DiskScene scene, Kernel steps) {
        return zap(scene, steps, false, false);
    }

    @ParameterizedTest
    @EnumSource
    void removesAMappingAndRemembersThatItWasDirty(Release release) {
        for (long flags : new long[] {DiskScene.READ_ONLY, Pte.WRITE, Pte.DIRTY, DiskScene.WRITABLE}) {
            boolean dirty = Pte.has(flags, Pte.DIRTY);
            DiskScene scene = DiskScene.plain().mapped(flags).cached(flags);
            assertThat(zap(scene, release.steps)).isEqualTo(dirty ? End.ZAPPED_DIRTY : End.ZAPPED_CLEAN);
            assertThat(scene.pte()).isZero();
            assertThat(scene.isDirty()).isEqualTo(dirty);
            assertThat(scene.store().storeThrough(DiskScene.STORED))
                    .as("flushed")
                    .isFalse();
            scene.assertConserved();
        }
    }

    @Test
    void withoutTransferTheStoreIsForgotten() {
        DiskScene scene = DiskScene.plain().mapped(DiskScene.WRITABLE);
        assertThat(zap(scene, Linux.V6_2.without(Step.TRANSFER_DIRTY))).isEqualTo(End.ZAPPED_DIRTY);
        assertThat(scene.isDirty()).isFalse();
        scene.assertConserved();
    }

    /** What counts is what the exchange found, not what was read before. */
    @Test
    void aStoreJustBeforeTheEntryIsClearedIsRemembered() {
        DiskScene scene = DiskScene.plain().mapped(Pte.WRITE);
        scene.machine.before(DiskScene.CLEAR_ENTRY, 1, () -> scene.store().storeThrough(DiskScene.STORED));
        assertThat(zap(scene, Linux.V6_2)).isEqualTo(End.ZAPPED_DIRTY);
        assertThat(scene.isDirty()).isTrue();
        scene.assertConserved();
    }

    @Test
    void leavesAloneWhatMapsNothing() {
        for (long entry : new long[] {Pte.NONE, Pte.uffdWpMarker(), Pte.swap(1, false)}) {
            DiskScene scene = DiskScene.plain();
            scene.mm.entry(0).word.writeOnce(entry);
            assertThat(zap(scene, Linux.V6_2, true, true)).isEqualTo(End.NOTHING);
            assertThat(scene.pte()).isEqualTo(entry);
            scene.assertConserved();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void privateCopiesGoOnlyOnDemand(boolean evenCopies) {
        DiskScene scene = DiskScene.plain();
        scene.copy.allocateAnon(DiskScene.CONTENT, true);
        scene.copy.mapcount.writeOnce(1);
        long entry = Pte.present(scene.copy.pfn, DiskScene.WRITABLE);
        scene.mm.entry(0).word.writeOnce(entry);
        assertThat(zap(scene, Linux.V6_2, false, evenCopies)).isEqualTo(evenCopies ? End.ZAPPED_DIRTY : End.NOTHING);
        assertThat(scene.pte()).isEqualTo(evenCopies ? Pte.NONE : entry);
        assertThat(scene.copy.refcount.readOnce()).isEqualTo(evenCopies ? 0 : 1);
        assertThat(scene.copy.mapcount.readOnce()).isEqualTo(evenCopies ? 0 : 1);
        scene.assertConserved();
    }

    @Test
    void anUnmappingTakesCopiesAndLeavesNoMarker() {
        DiskScene scene = DiskScene.plain();
        scene.copy.allocateAnon(DiskScene.CONTENT, true);
        scene.copy.mapcount.writeOnce(1);
        scene.mm.entry(0).word.writeOnce(Pte.present(scene.copy.pfn, Pte.UFFD_WP));
        assertThat(new Zap(Linux.V6_2, scene.mm).zap(scene.mm.entry(0))).isEqualTo(End.ZAPPED_CLEAN);
        assertThat(scene.pte()).isZero();
        scene.assertConserved();
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void leavesAMarkerWhereTheEntryHadSomethingToRemember(boolean leave, boolean protectedEntry) {
        DiskScene scene = DiskScene.plain().mapped(protectedEntry ? Pte.UFFD_WP : Pte.ACCESSED);
        assertThat(zap(scene, Linux.V6_2, leave, false)).isEqualTo(End.ZAPPED_CLEAN);
        assertThat(scene.pte()).isEqualTo(leave && protectedEntry ? Pte.uffdWpMarker() : Pte.NONE);
        scene.assertConserved();
    }

    /** The releases' one difference: where the mapping is uncounted and the lock given back, seen from the flush. */
    @ParameterizedTest
    @EnumSource
    void countsTheMappingUntilTheFlushSince62(Release release) {
        assertThat(orderOf(release, DiskScene.WRITABLE))
                .containsExactlyElementsOf(
                        switch (release) {
                            case V2_6 ->
                                List.of(
                                        DiskScene.CLEAR_ENTRY,
                                        DiskScene.MARK,
                                        DiskScene.COUNT_MAPPING,
                                        DiskScene.DROP_PTL,
                                        DiskScene.FLUSH,
                                        PUT);
                            case V3_15 ->
                                List.of(
                                        DiskScene.CLEAR_ENTRY,
                                        DiskScene.MARK,
                                        DiskScene.COUNT_MAPPING,
                                        DiskScene.FLUSH,
                                        DiskScene.DROP_PTL,
                                        PUT);
                            case V6_2 ->
                                List.of(
                                        DiskScene.CLEAR_ENTRY,
                                        DiskScene.MARK,
                                        DiskScene.FLUSH,
                                        DiskScene.COUNT_MAPPING,
                                        DiskScene.DROP_PTL,
                                        PUT);
                        });
        assertThat(orderOf(release, DiskScene.READ_ONLY))
                .as("nobody can store through a clean entry's translation without its being looked up again")
                .containsExactly(
                        DiskScene.CLEAR_ENTRY, DiskScene.COUNT_MAPPING, DiskScene.DROP_PTL, DiskScene.FLUSH, PUT);
    }

    private static List<String> orderOf(Release release, long flags) {
        DiskScene scene = DiskScene.plain().mapped(flags).expectPtl(true, DiskScene.CLEAR_ENTRY, 1);
        List<String> order = new ArrayList<>(scene.machine.logOf(() -> zap(scene, release.steps)));
        order.retainAll(List.of(
                DiskScene.CLEAR_ENTRY,
                DiskScene.MARK,
                DiskScene.COUNT_MAPPING,
                DiskScene.DROP_PTL,
                DiskScene.FLUSH,
                PUT));
        return order;
    }

    /** The put is behind the flush: a reference outlives every access through the translation. */
    @ParameterizedTest
    @EnumSource
    void aStoreUnderWayKeepsTheFolio(Release release) {
        DiskScene scene = DiskScene.plain().mapped(DiskScene.WRITABLE).cached(DiskScene.WRITABLE);
        scene.mm.tlb.beginAccess();
        scene.machine.before("await access[0]", 1, () -> {
            assertThat(scene.folio.refcount.readOnce()).isEqualTo(2);
            scene.mm.tlb.endAccess();
        });
        assertThat(zap(scene, release.steps)).isEqualTo(End.ZAPPED_DIRTY);
        scene.assertConserved();
    }
}
