// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.machine.TlbProfile;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;
import pagerace.mm.op.TryToMigrate.End;

class TryToMigrateTest {
    static Stream<Kernel> releases() {
        return Stream.of(Linux.V5_19, Linux.V6_1);
    }

    private static End unmap(AnonScene scene, Kernel steps) {
        return new TryToMigrate(scene.mm, new Share(steps, scene.mm)).unmap(scene.folio, scene.entry);
    }

    @ParameterizedTest
    @MethodSource("releases")
    void leavesAMigrationEntryThatRemembers(Kernel release) {
        for (boolean writable : new boolean[] {false, true}) {
            for (boolean exclusive : new boolean[] {false, true}) {
                AnonScene scene = new AnonScene(false, writable ? Pte.WRITE : 0).held();
                if (exclusive) {
                    scene.exclusive();
                }
                assertThat(unmap(scene, release)).isEqualTo(End.UNMAPPED);
                assertThat(scene.pte()).isEqualTo(Pte.migration(1, writable, exclusive));
                assertThat(scene.isExclusive()).isFalse();
                scene.assertConserved();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("releases")
    void refusesWhatIsPinned(Kernel release) {
        for (boolean large : new boolean[] {false, true}) {
            AnonScene scene = new AnonScene(large, Pte.WRITE).exclusive().held();
            scene.machine.before("lock parent.ptl", 1, scene::pinned);
            assertThat(unmap(scene, release)).isEqualTo(End.SHARE_REFUSED);
            assertThat(scene.pte()).isEqualTo(Pte.present(1, Pte.WRITE));
            assertThat(scene.isExclusive()).isTrue();
            scene.assertConserved();
        }
    }

    @Test
    void looksForPinsOnExclusivePagesOnly() {
        AnonScene scene = AnonScene.readOnly().held().pinned();
        assertThat(unmap(scene, Linux.V6_1)).isEqualTo(End.UNMAPPED);
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Pte.PRESENT | Pte.WRITE | 2 << 16})
    void leavesOtherEntriesAlone(long entry) {
        AnonScene scene = AnonScene.writable().held();
        long before = scene.pte();
        scene.setPte(entry);
        assertThat(unmap(scene, Linux.V6_1)).isEqualTo(End.NOT_MAPPED);
        assertThat(scene.pte()).isEqualTo(entry);
        scene.setPte(before);
        scene.assertConserved();
    }

    @Test
    void carriesDirtinessFromTheEntryToTheFolio() {
        AnonScene scene = AnonScene.writable().held();
        unmap(scene, Linux.V6_1);
        assertThat(scene.folio.test(Folio.DIRTY)).isTrue();
    }

    /** So a plain store there would have nothing behind it that is a fence on x86. */
    @Test
    void nothingIsLockedBetweenTheClearedEntryAndTheLook() {
        AnonScene scene = new AnonScene(false, Pte.WRITE, TlbProfile.DEFERRED, false)
                .held()
                .exclusive();
        assertThat(scene.machine.logOf(() -> unmap(scene, Linux.V6_1)))
                .containsExactly(
                        "lock parent.ptl",
                        AnonScene.READ_PTE,
                        "readOnce folio.flags",
                        "xchg parent.pte FULL",
                        "smpMb",
                        "readOnce folio.refcount",
                        "fetchAndNot folio.flags RELAXED",
                        "smpMb",
                        "writeOnce parent.pte",
                        "fetchAdd folio.mapcount FULL",
                        "fetchAdd folio.refcount FULL",
                        "storeRelease parent.ptl");
    }
}
