// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pagerace.machine.TlbProfile;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;
import pagerace.mm.op.KsmMerge.End;
import pagerace.mm.op.KsmMerge.Step;

class KsmMergeTest {
    private static final String CLEAR = "xchg parent.pte FULL";
    private static final long KSM_ENTRY = Pte.present(2, Pte.ACCESSED);

    enum Release {
        V5_18(Linux.V5_18, Linux.V5_18),
        V5_19(Linux.V5_19, Linux.V5_19),
        V6_1(Linux.V5_19, Linux.V6_1);

        final Kernel ksm;
        final Kernel share;

        Release(Kernel ksm, Kernel share) {
            this.ksm = ksm;
            this.share = share;
        }

        boolean knowsExclusive() {
            return this != V5_18;
        }

        /** A page with {@code flags}, which KSM holds, and a KSM page that somebody else maps. */
        AnonScene scene(long flags) {
            AnonScene scene = new AnonScene(false, flags | Pte.ACCESSED, TlbProfile.BROADCAST, false).held();
            if (knowsExclusive()) {
                scene.exclusive();
            }
            scene.spare.allocateAnon(AnonScene.CONTENT, false);
            scene.spare.mapcount.writeOnce(1);
            scene.child.entry(0).word.writeOnce(Pte.present(2, 0));
            return scene;
        }

        End merge(AnonScene scene) {
            return KsmMergeTest.merge(scene, ksm, share);
        }
    }

    private static End merge(AnonScene scene, Kernel ksm, Kernel share) {
        return new KsmMerge(ksm, scene.mm, new Share(share, scene.mm)).merge(scene.folio, scene.entry, scene.spare);
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void mapsTheKsmPageReadOnly(Release release) {
        for (long flags : new long[] {0, Pte.WRITE, Pte.DIRTY, Pte.WRITE | Pte.DIRTY}) {
            AnonScene scene = release.scene(flags);
            assertThat(release.merge(scene)).isEqualTo(End.MERGED);
            assertThat(scene.pte()).isEqualTo(KSM_ENTRY);
            assertThat(scene.isExclusive()).isFalse();
            assertThat(scene.folio.test(Folio.DIRTY)).isEqualTo((flags & Pte.DIRTY) != 0);
            scene.assertConserved();
        }
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void keepsAWritablePageThatSomebodyHolds(Release release) {
        AnonScene held = release.scene(Pte.WRITE).held();
        AnonScene pinned = release.scene(Pte.WRITE).pinned();
        for (AnonScene scene : new AnonScene[] {held, pinned}) {
            long before = scene.pte();
            assertThat(release.merge(scene)).isEqualTo(End.KEPT_REFERENCED);
            assertThat(scene.pte()).isEqualTo(before);
            assertThat(scene.isExclusive()).isEqualTo(release.knowsExclusive());
            scene.assertConserved();
        }
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void looksAtReadOnlyPagesSinceTheyCanBeExclusive(Release release) {
        AnonScene scene = release.scene(0).pinned();
        assertThat(release.merge(scene)).isEqualTo(release.knowsExclusive() ? End.KEPT_REFERENCED : End.MERGED);
        scene.assertConserved();
        AnonScene shared = release.scene(0).pinned();
        shared.folio.flags.andNot(Folio.ANON_EXCLUSIVE);
        assertThat(shared.machine.logOf(() -> release.merge(shared))).doesNotContain(CLEAR);
        shared.assertConserved();
    }

    @Test
    void looksAtReadOnlyPagesWhileAFlushIsPending() {
        AnonScene scene = Release.V5_18.scene(0).pinned();
        assertThat(merge(scene, Linux.V5_18.with(Step.CLEAR_FOR_PENDING_FLUSH), Linux.V5_18))
                .isEqualTo(End.KEPT_REFERENCED);
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void countsTheSwapCacheAsItsOwn(Release release) {
        AnonScene scene = release.scene(Pte.WRITE).inSwapCache();
        assertThat(release.merge(scene)).isEqualTo(End.MERGED);
        scene.assertConserved();
    }

    @Test
    void refusesToShareForAPinThatTheCountMissed() {
        AnonScene scene = Release.V6_1.scene(0);
        scene.machine.before("readOnce folio.refcount", 2, scene::pinned);
        assertThat(Release.V6_1.merge(scene)).isEqualTo(End.SHARE_REFUSED);
        assertThat(scene.pte()).isEqualTo(Pte.present(1, Pte.ACCESSED));
        assertThat(scene.isExclusive()).isTrue();
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void neverLooksForReferencesAgain(Release release) {
        AnonScene scene = release.scene(Pte.WRITE);
        scene.machine.before("lock parent.ptl", 2, scene::held);
        assertThat(release.merge(scene)).isEqualTo(End.MERGED);
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void keepsWhatChanged(Release release) {
        AnonScene locked = release.scene(Pte.WRITE);
        locked.folio.lock.lock();
        assertThat(release.merge(locked)).isEqualTo(End.KEPT_LOCKED);
        locked.folio.lock.unlock();
        locked.assertConserved();

        AnonScene gone = release.scene(Pte.WRITE);
        long entry = gone.pte();
        gone.setPte(Pte.present(2, 0));
        assertThat(release.merge(gone)).isEqualTo(End.KEPT_CHANGED);
        gone.setPte(Pte.NONE);
        assertThat(release.merge(gone)).isEqualTo(End.KEPT_CHANGED);
        gone.setPte(entry);
        gone.assertConserved();

        AnonScene written = release.scene(Pte.WRITE);
        written.machine.before("lock parent.ptl", 2, () -> written.setPte(written.pte() | Pte.SOFT_DIRTY));
        assertThat(release.merge(written)).isEqualTo(End.KEPT_CHANGED);
        written.assertConserved();

        AnonScene different = release.scene(Pte.WRITE);
        different.spare.data.writeOnce(AnonScene.CONTENT + 1);
        assertThat(release.merge(different)).isEqualTo(End.KEPT_DIFFERENT);
        assertThat(different.pte()).isEqualTo(Pte.present(1, Pte.ACCESSED));
        different.assertConserved();
    }

    @Test
    void mutantLooksForReferencesTooEarly() {
        Kernel early = Linux.V5_19.without(Step.REFERENCE_CHECK).with(Step.REFERENCE_CHECK_BEFORE_CLEAR);
        AnonScene seen = Release.V6_1.scene(Pte.WRITE).held();
        assertThat(merge(seen, early, Linux.V6_1)).isEqualTo(End.KEPT_REFERENCED);
        seen.assertConserved();
        AnonScene missed = Release.V6_1.scene(Pte.WRITE);
        missed.machine.before(CLEAR, 1, missed::held);
        assertThat(merge(missed, early, Linux.V6_1)).isEqualTo(End.MERGED);
        missed.assertConserved();
    }

    @Test
    void mutantLooksForPinsOnly() {
        Kernel pinsOnly = Linux.V5_19.without(Step.REFERENCE_CHECK);
        AnonScene held = Release.V6_1.scene(Pte.WRITE).held();
        assertThat(merge(held, pinsOnly, Linux.V6_1)).isEqualTo(End.MERGED);
        held.assertConserved();
        AnonScene pinned = Release.V6_1.scene(Pte.WRITE).pinned();
        assertThat(merge(pinned, pinsOnly, Linux.V6_1)).isEqualTo(End.SHARE_REFUSED);
        pinned.assertConserved();
    }

    @Test
    void orderOfTodaysMerge() {
        AnonScene scene = Release.V6_1.scene(Pte.WRITE);
        assertThat(scene.machine.logOf(() -> Release.V6_1.merge(scene)))
                .containsExactly(
                        "trylock folio.flags",
                        "lock parent.ptl",
                        AnonScene.READ_PTE,
                        "readOnce folio.flags",
                        CLEAR,
                        "smpMb",
                        "readOnce folio.mapcount",
                        "readOnce folio.flags",
                        "readOnce folio.refcount",
                        "smpMb",
                        "readOnce folio.refcount",
                        "fetchAndNot folio.flags RELAXED",
                        "smpMb",
                        "writeOnce parent.pte",
                        "storeRelease parent.ptl",
                        "readOnce folio.data",
                        "readOnce spare.data",
                        "lock parent.ptl",
                        AnonScene.READ_PTE,
                        "fetchAdd spare.refcount RELAXED",
                        "fetchAdd spare.mapcount RELAXED",
                        "writeOnce parent.pte",
                        "smpMb",
                        "writeOnce parent.pte",
                        "fetchAdd folio.mapcount FULL",
                        "fetchAdd folio.refcount FULL",
                        "storeRelease parent.ptl",
                        "fetchAndNot folio.flags RELEASE");
        AnonScene skipped = Release.V6_1.scene(Pte.WRITE);
        assertThat(skipped.machine.logOf(() -> merge(skipped, Linux.V5_19.without(Step.FLUSH), Linux.V6_1)))
                .as("nothing orders the count")
                .containsSubsequence(
                        CLEAR, "readOnce folio.mapcount", "readOnce folio.flags", "readOnce folio.refcount")
                .satisfies(log -> assertThat(log.get(log.indexOf(CLEAR) + 1)).isEqualTo("readOnce folio.mapcount"));
    }
}
