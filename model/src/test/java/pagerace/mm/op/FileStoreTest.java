// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Pte;

class FileStoreTest {
    private static final String HARDWARE_SETS_DIRTY = "cmpxchg mm.pte FULL";
    private static final String STORE = "writeOnce folio.data";
    /** An attempt begins and ends with this: the third is the second attempt's. */
    private static final String SECTION = "readOnce access[0]";

    private static boolean storeThrough(DiskScene scene) {
        boolean stored = scene.store().storeThrough(DiskScene.STORED);
        assertThat(scene.folio.data.readOnce()).isEqualTo(stored ? DiskScene.STORED : DiskScene.CONTENT);
        scene.assertConserved();
        return stored;
    }

    private static int store(DiskScene scene) {
        int faults = scene.store().store(DiskScene.STORED);
        assertThat(scene.folio.data.readOnce())
                .isEqualTo(faults == FileStore.FAILED ? DiskScene.CONTENT : DiskScene.STORED);
        scene.assertConserved();
        return faults;
    }

    @Test
    void storesThroughAWritableEntryAndRecordsThatInItFirst() {
        DiskScene clean = DiskScene.plain().mapped(Pte.WRITE);
        assertThat(clean.machine.logOf(() ->
                        assertThat(clean.store().storeThrough(DiskScene.STORED)).isTrue()))
                .containsSubsequence("readOnce tlb.pte", "readOnce mm.pte", HARDWARE_SETS_DIRTY, STORE);
        assertThat(clean.pte()).isEqualTo(Pte.present(1, Pte.WRITE | Pte.DIRTY));
        assertThat(clean.isDirty()).as("only the entry knows").isFalse();
        DiskScene dirty = DiskScene.plain().mapped(DiskScene.WRITABLE);
        assertThat(dirty.machine.logOf(() -> assertThat(storeThrough(dirty)).isTrue()))
                .doesNotContain(HARDWARE_SETS_DIRTY);
    }

    @Test
    void doesNotStoreThroughAnEntryThatForbidsIt() {
        for (long flags : new long[] {DiskScene.READ_ONLY, Pte.DIRTY, Pte.WRITE | Pte.PROTNONE}) {
            assertThat(storeThrough(DiskScene.plain().mapped(flags))).isFalse();
        }
        assertThat(storeThrough(DiskScene.plain())).isFalse();
    }

    @Test
    void doesNotStoreIfTheEntryChangedBeforeItCouldBeMarked() {
        DiskScene scene = DiskScene.plain().mapped(Pte.WRITE);
        scene.machine.before(
                HARDWARE_SETS_DIRTY, 1, () -> scene.platform.pteUpdate().writeProtect(scene.mm.entry(0)));
        assertThat(storeThrough(scene)).isFalse();
        assertThat(scene.pte()).isEqualTo(Pte.present(1, 0));
    }

    /** A translation that was cached dirty is used without a look at the entry, even if that is gone; a clean one is not. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCachedTranslationIsUsedUntilItIsFlushed(boolean dirty) {
        DiskScene scene = DiskScene.plain().cached(dirty ? DiskScene.WRITABLE : Pte.WRITE);
        assertThat(scene.machine.logOf(() ->
                        assertThat(scene.store().storeThrough(DiskScene.STORED)).isEqualTo(dirty)))
                .doesNotContain("readOnce mm.pte");
        scene.folio.data.writeOnce(DiskScene.CONTENT);
        scene.mm.tlb.flush();
        assertThat(storeThrough(scene)).isFalse();
    }

    @Test
    void aFlushFindsTheStoreUnderWayWhereverItIs() {
        DiskScene scene = DiskScene.plain().mapped(Pte.WRITE);
        for (String access : new String[] {"readOnce mm.pte", HARDWARE_SETS_DIRTY, STORE}) {
            scene.machine.before(
                    access,
                    1,
                    () -> assertThat(scene.machine.named("access[0]").readOnce() & 1)
                            .as(access)
                            .isEqualTo(1));
        }
        assertThat(storeThrough(scene)).isTrue();
    }

    @Test
    void countsItsFaults() {
        assertThat(store(DiskScene.plain().mapped(DiskScene.WRITABLE).reserved()))
                .isZero();
        DiskScene unmapped = DiskScene.plain();
        assertThat(store(unmapped)).isEqualTo(1);
        assertThat(unmapped.file.isReserved()).isTrue();
        assertThat(store(DiskScene.plain().mapped(DiskScene.READ_ONLY))).isEqualTo(1);
    }

    @Test
    void faultsAgainIfThePageIsCleanedInBetween() {
        DiskScene scene = DiskScene.plain();
        scene.machine.before(SECTION, 3, scene::writeback);
        assertThat(store(scene)).isEqualTo(2);
    }

    @Test
    void givesUpIfThePageIsCleanedEachTime() {
        DiskScene scene = DiskScene.plain();
        scene.machine.before(SECTION, 3, () -> {
            scene.writeback();
            scene.machine.before(SECTION, 2, scene::writeback);
        });
        assertThat(store(scene)).isEqualTo(FileStore.FAILED);
    }

    @Test
    void failsBehindTheEndOfTheFile() {
        DiskScene scene = DiskScene.plain().truncated();
        assertThat(scene.machine.logOf(() -> assertThat(store(scene)).isEqualTo(FileStore.FAILED)).stream()
                        .filter("readOnce tlb.pte"::equals))
                .as("one attempt")
                .hasSize(1);
    }
}
