// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.machine.TlbProfile;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.Kernel;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.op.Fork.End;
import pagerace.mm.op.Fork.Step;

class ForkTest {
    private static final int SECOND_LOOK = 2;

    enum Release {
        V5_8(Linux.V5_8),
        V5_9_RC(Linux.V5_9_RC),
        V5_9(Linux.V5_9),
        V5_11(Linux.V5_11),
        V5_19(Linux.V5_19);

        final Kernel steps;

        Release(Kernel steps) {
            this.steps = steps;
        }

        boolean copies() {
            return this != V5_8;
        }

        boolean knowsExclusive() {
            return this == V5_19;
        }

        boolean hasSeq() {
            return steps.has(Step.SEQ);
        }
    }

    record Case(Release release, boolean large, long flags) {
        AnonScene scene() {
            AnonScene scene = new AnonScene(large, flags);
            return release.knowsExclusive() ? scene.exclusive() : scene;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(Release.values())
                .flatMap(release -> Stream.of(false, true)
                        .flatMap(large -> Stream.of(Pte.ACCESSED, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED)
                                .map(flags -> new Case(release, large, flags))));
    }

    private static End fork(AnonScene scene, Kernel steps) {
        return new Fork(steps, scene.mm, scene.child, FreeFolios.only(scene.spare))
                .copy(scene.entry, scene.child.entry(0));
    }

    private static void assertShares(AnonScene scene, Case c) {
        assertThat(fork(scene, c.release.steps)).isEqualTo(End.SHARED);
        assertThat(scene.pte()).isEqualTo(Pte.present(1, c.flags & ~Pte.WRITE));
        assertThat(scene.child.entry(0).word.readOnce()).isEqualTo(Pte.present(1, c.flags & Pte.DIRTY));
        assertThat(scene.isExclusive()).isFalse();
        assertThat(scene.mm.writeProtectSeq.readBegin()).isEqualTo(c.release.hasSeq() ? 2 : 0);
        scene.assertConserved();
    }

    private static void assertCopies(AnonScene scene, Case c) {
        long before = scene.pte();
        assertThat(fork(scene, c.release.steps)).isEqualTo(End.COPIED);
        assertThat(scene.pte()).as("the parent's entry").isEqualTo(before);
        assertThat(scene.child.entry(0).word.readOnce())
                .isEqualTo(Pte.present(2, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
        assertThat(scene.spare.data.readOnce()).isEqualTo(AnonScene.CONTENT);
        assertThat(scene.spare.test(Folio.ANON_EXCLUSIVE)).isEqualTo(c.release.knowsExclusive());
        assertThat(scene.isExclusive()).isEqualTo(c.release.knowsExclusive());
        assertThat(scene.mm.writeProtectSeq.readBegin()).isEqualTo(c.release.hasSeq() ? 2 : 0);
        scene.assertConserved();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sharesWhatNobodyPinned(Case c) {
        assertShares(c.scene(), c);
        assertShares(c.scene().hasPinned().held(), c);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void copiesWhatMayBePinned(Case c) {
        AnonScene scene = c.scene().hasPinned().pinned();
        if (c.release.copies()) {
            assertCopies(scene, c);
        } else {
            assertShares(scene, c);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void asksNobodyElseIfTheAddressSpaceNeverPinned(Case c) {
        assertShares(c.scene().pinned(), c);
    }

    @ParameterizedTest
    @EnumSource
    void givesTheChildNothingOfAPageThatIsSwappedOut(Release release) {
        AnonScene scene = AnonScene.writable().hasPinned().swappedOut(true);
        long before = scene.pte();
        assertThat(fork(scene, release.steps)).isEqualTo(End.NOTHING);
        assertThat(scene.pte()).as("the parent's entry").isEqualTo(before);
        assertThat(scene.child.entry(0).word.readOnce()).isEqualTo(Pte.NONE);
        assertThat(scene.mm.writeProtectSeq.readBegin()).isEqualTo(release.hasSeq() ? 2 : 0);
        scene.assertConserved();
    }

    @Test
    void sharesAPinnedPageThatIsNotExclusive() {
        assertShares(AnonScene.readOnly().hasPinned().pinned(), new Case(Release.V5_19, false, Pte.ACCESSED));
    }

    @ParameterizedTest
    @EnumSource(value = Release.class, names = "V5_8", mode = EnumSource.Mode.EXCLUDE)
    void takesVeryManyReferencesForAPin(Release release) {
        Case c = new Case(release, false, Pte.WRITE);
        AnonScene scene = c.scene().hasPinned();
        for (long i = scene.folio.refcount.readOnce(); i < Folio.PIN_BIAS; i++) {
            scene.held();
        }
        assertCopies(scene, c);
        Case large = new Case(release, true, Pte.WRITE);
        AnonScene distinct = large.scene().hasPinned();
        for (int i = 0; i < Folio.PIN_BIAS; i++) {
            distinct.held();
        }
        assertShares(distinct, large);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void allocatesWithoutLocksAndLooksAgain(Case c) {
        if (!c.release.copies()) {
            return;
        }
        AnonScene scene = c.scene().hasPinned().pinned();
        scene.machine.before("lock parent.ptl", SECOND_LOOK, () -> {
            assertThat(scene.pte()).as("restored while unlocked").isEqualTo(Pte.present(1, c.flags));
            assertThat(scene.folio.refcount.readOnce()).isEqualTo(1 + (c.large ? 1 : Folio.PIN_BIAS));
            assertThat(scene.spare.refcount.readOnce()).isZero();
            assertThat(scene.mm.writeProtectSeq.readBegin() & 1)
                    .as("the count stays odd")
                    .isEqualTo(c.release.hasSeq() ? 1 : 0);
            scene.unpin();
        });
        assertShares(scene, c);
    }

    @Test
    void danceHidesTheEntryFromGupFastWhileItLooks() {
        AnonScene scene = AnonScene.writable().hasPinned().pinned();
        scene.machine.before(
                "readOnce folio.refcount",
                1,
                () -> assertThat(Pte.isWritable(scene.pte())).isFalse());
        assertCopies(scene, new Case(Release.V5_9_RC, false, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void onlyTheDanceStoresToTheEntryOfAPageThatItCopies(Case c) {
        if (!c.release.copies()) {
            return;
        }
        AnonScene scene = c.scene().hasPinned().pinned();
        boolean dances =
                c.release == Release.V5_9_RC && Pte.isWritable(c.scene().pte());
        assertThat(scene.machine.logOf(() -> fork(scene, c.release.steps)))
                .filteredOn(access -> access.contains(" parent.pte") && !access.equals(AnonScene.READ_PTE))
                .containsExactly(
                        dances
                                ? new String[] {
                                    "fetchAndNot parent.pte FULL",
                                    "writeOnce parent.pte",
                                    "fetchAndNot parent.pte FULL",
                                    "writeOnce parent.pte"
                                }
                                : new String[0]);
    }

    @Test
    void writeProtectsAsThePlatformDoes() {
        for (Platform.PteUpdate update : Platform.PteUpdate.values()) {
            AnonScene scene = AnonScene.writableOn(new Platform(update, TlbProfile.BROADCAST));
            List<String> log = scene.machine.logOf(() -> fork(scene, Linux.V5_11));
            switch (update) {
                case LOCKED -> assertThat(log).contains("fetchAndNot parent.pte FULL");
                case RELAXED -> assertThat(log).contains("fetchAndNot parent.pte RELAXED");
                case PLAIN -> assertThat(log).contains("writeOnce parent.pte");
            }
        }
    }

    @Test
    void mutantWriteProtectsLateAndOnlyWhatItShared() {
        Kernel late = Linux.V5_19.with(Step.WRITE_PROTECT_AFTER_SEQ);
        AnonScene shared = AnonScene.writable().exclusive();
        assertThat(shared.machine.logOf(() -> fork(shared, late)))
                .containsSubsequence(
                        "writeOnce child.pte",
                        "writeOnce parent.write_protect_seq",
                        "fetchAndNot parent.pte FULL",
                        "storeRelease parent.ptl");
        shared.assertConserved();
        AnonScene copied = AnonScene.writable().exclusive().hasPinned().pinned();
        assertThat(fork(copied, late)).isEqualTo(End.COPIED);
        assertThat(Pte.isWritable(copied.pte())).isTrue();
        copied.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void orderOfTodaysFork(boolean fenced) {
        AnonScene scene = new AnonScene(true, Pte.WRITE, TlbProfile.IPI, false)
                .exclusive()
                .hasPinned();
        Kernel steps = fenced ? Linux.V5_19.with(Step.FENCE_AFTER_REFERENCE) : Linux.V5_19;
        assertThat(scene.machine.logOf(() -> fork(scene, steps)))
                .containsExactlyElementsOf(Stream.of(
                                "lock parent.mmap_lock",
                                "readOnce parent.write_protect_seq",
                                "writeOnce parent.write_protect_seq",
                                "smpWmb",
                                "lock child.ptl",
                                "lock parent.ptl",
                                AnonScene.READ_PTE,
                                "loadAcquire compound_head[1]",
                                "fetchAdd folio.refcount RELAXED",
                                "smpMbAfterAtomic",
                                "readOnce parent.flags",
                                "readOnce folio.pincount",
                                "fetchAndNot folio.flags RELAXED",
                                "fetchAdd folio.mapcount RELAXED",
                                "fetchAndNot parent.pte FULL",
                                "writeOnce child.pte",
                                "storeRelease parent.ptl",
                                "storeRelease child.ptl",
                                "smpWmb",
                                "readOnce parent.write_protect_seq",
                                "writeOnce parent.write_protect_seq",
                                "smpMb",
                                "readOnce irqs-off[0]",
                                "readOnce irqs-off[1]",
                                "smpMb",
                                "fetchAdd parent.mmap_lock RELEASE")
                        .filter(access -> fenced || !access.equals("smpMbAfterAtomic"))
                        .toList());
    }

    @ParameterizedTest
    @EnumSource(
            value = Release.class,
            names = {"V5_9_RC", "V5_11"})
    void orderBeforeExclusivePages(Release release) {
        AnonScene scene = AnonScene.writable().hasPinned();
        boolean dance = release == Release.V5_9_RC;
        String writeProtect = "fetchAndNot parent.pte FULL";
        List<String> log = scene.machine.logOf(() -> fork(scene, release.steps));
        assertThat(log.subList(log.indexOf("loadAcquire compound_head[1]") + 1, log.indexOf("storeRelease parent.ptl")))
                .containsExactlyElementsOf(Stream.of(
                                dance ? writeProtect : "",
                                "readOnce parent.flags",
                                "readOnce folio.refcount",
                                "fetchAdd folio.refcount RELAXED",
                                "fetchAdd folio.mapcount RELAXED",
                                dance ? "" : writeProtect,
                                "writeOnce child.pte")
                        .filter(access -> !access.isEmpty())
                        .toList());
        scene.assertConserved();
    }

    @Test
    void fencesAndLockOrderAreStepsOfTheirOwn() {
        AnonScene scene = AnonScene.writable();
        assertThat(scene.machine.logOf(() -> fork(scene, Linux.V5_19.without(Step.FENCE_AFTER_SEQ_BEGIN))))
                .containsSubsequence(
                        "writeOnce parent.write_protect_seq",
                        "writeOnce child.pte",
                        "smpWmb",
                        "writeOnce parent.write_protect_seq")
                .containsOnlyOnce("smpWmb");
        AnonScene end = AnonScene.writable();
        assertThat(end.machine.logOf(() -> fork(end, Linux.V5_19.without(Step.FENCE_BEFORE_SEQ_END))))
                .containsSubsequence(
                        "writeOnce parent.write_protect_seq",
                        "smpWmb",
                        "lock parent.ptl",
                        "writeOnce parent.write_protect_seq")
                .containsOnlyOnce("smpWmb");
        AnonScene locks = AnonScene.writable();
        assertThat(locks.machine.logOf(() -> fork(locks, Linux.V5_19.with(Step.LOCK_BEFORE_SEQ))))
                .containsSubsequence("lock parent.ptl", "writeOnce parent.write_protect_seq", AnonScene.READ_PTE);
        locks.assertConserved();
    }
}
