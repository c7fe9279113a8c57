// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.machine.SeqCount;
import pagerace.machine.TlbProfile;
import pagerace.mm.Folio;
import pagerace.mm.InterposedMachine;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.SwapSpace;
import pagerace.mm.op.Reclaim.End;
import pagerace.mm.op.Reclaim.Step;

class ReclaimTest {
    private static final String TAKE_PTL = "lock parent.ptl";
    /** The last step of unmapping. */
    private static final String DROP_MAPPING = "fetchAdd folio.refcount FULL";

    private static final String FREEZE = "cmpxchg folio.refcount FULL";

    enum Release {
        V5_8(Linux.V5_8, Linux.V5_18),
        V5_11(Linux.V5_11, Linux.V5_18),
        V5_19(Linux.V5_19, Linux.V5_19),
        V6_1(Linux.V5_19, Linux.V6_1),
        V6_4(Linux.V6_4, Linux.V6_1);

        final Kernel steps;
        final Kernel share;

        Release(Kernel steps, Kernel share) {
            this.steps = steps;
            this.share = share;
        }

        boolean isSince(Release other) {
            return compareTo(other) >= 0;
        }
    }

    record Case(Release release, boolean large) {
        boolean knowsExclusive() {
            return release.isSince(Release.V5_19);
        }

        /** A page mapped writable, isolated by reclaim. */
        AnonScene scene() {
            AnonScene scene = new AnonScene(large, Pte.WRITE | Pte.DIRTY).held();
            return knowsExclusive() ? scene.exclusive() : scene;
        }

        End shrink(AnonScene scene) {
            return ReclaimTest.shrink(scene, release.steps, release.share);
        }

        /** What an unmapped page's entry is. */
        long swapEntry() {
            return Pte.swap(SwapSpace.OFFSET, knowsExclusive());
        }
    }

    static Stream<Case> cases() {
        return Stream.of(Release.values())
                .flatMap(release -> Stream.of(false, true).map(large -> new Case(release, large)));
    }

    private static End shrink(AnonScene scene, Kernel steps, Kernel share) {
        return new Reclaim(steps, scene.mm, scene.swap, new Share(share, scene.mm)).shrink(scene.folio, scene.entry);
    }

    /** Today's reclaim with other steps of its own. */
    private static End shrink(AnonScene scene, Kernel steps) {
        return shrink(scene, steps, Linux.V6_1);
    }

    /** Today's reclaim with other steps of sharing. */
    private static End shrinkSharing(AnonScene scene, Kernel share) {
        return shrink(scene, Linux.V6_4, share);
    }

    private static AnonScene scene() {
        return AnonScene.writable().held().exclusive();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void reclaimsWhatNobodyUses(Case c) {
        AnonScene scene = c.scene();
        assertThat(c.shrink(scene)).isEqualTo(End.RECLAIMED);
        assertThat(scene.pte()).isEqualTo(c.swapEntry());
        assertThat(scene.swap.disk.readOnce()).isEqualTo(AnonScene.CONTENT);
        assertThat(scene.swap.cache.readOnce()).isZero();
        assertThat(scene.folio.refcount.readOnce()).isZero();
        scene.holders = 0;
        scene.assertConserved();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void doesNotRememberExclusivityThatWasNotThere(Case c) {
        AnonScene scene = new AnonScene(c.large, 0).held();
        assertThat(c.shrink(scene)).isEqualTo(End.RECLAIMED);
        assertThat(scene.pte()).isEqualTo(Pte.swap(SwapSpace.OFFSET, false));
        scene.holders = 0;
        scene.assertConserved();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void keepsAPinnedPageSince511(Case c) {
        AnonScene scene = c.scene().pinned();
        boolean skips = c.release.isSince(Release.V5_11);
        assertThat(c.shrink(scene)).isEqualTo(skips ? End.KEPT_PINNED : End.UNMAPPED_REFERENCED);
        assertThat(Pte.isPresent(scene.pte())).isEqualTo(skips);
        assertThat(scene.folio.test(Folio.SWAPCACHE)).isEqualTo(!skips);
        scene.assertConserved();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void refusesToShareForAPinThatCameLater(Case c) {
        AnonScene scene = c.scene();
        long before = scene.pte();
        scene.machine.before(TAKE_PTL, 1, scene::pinned);
        boolean refuses = c.knowsExclusive();
        assertThat(c.shrink(scene)).isEqualTo(refuses ? End.SHARE_REFUSED : End.UNMAPPED_REFERENCED);
        assertThat(scene.pte()).isEqualTo(refuses ? before : c.swapEntry());
        assertThat(scene.isExclusive()).isEqualTo(refuses);
        assertThat(scene.swap.disk.readOnce()).as("nothing written").isZero();
        scene.assertConserved();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void looksForPinsAgainAfterUnmappingSince64(Case c) {
        AnonScene scene = c.scene();
        scene.machine.before(DROP_MAPPING, 1, scene::pinned);
        assertThat(c.shrink(scene))
                .isEqualTo(c.release.isSince(Release.V6_4) ? End.UNMAPPED_PINNED : End.UNMAPPED_REFERENCED);
        assertThat(scene.pte()).isEqualTo(c.swapEntry());
        scene.assertConserved();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void unmapsButNeverWritesWhatSomebodyHolds(Case c) {
        AnonScene scene = c.scene().held();
        assertThat(c.shrink(scene)).isEqualTo(End.UNMAPPED_REFERENCED);
        assertThat(scene.pte()).isEqualTo(c.swapEntry());
        assertThat(scene.swap.disk.readOnce()).isZero();
        assertThat(scene.folio.test(Folio.DIRTY)).isTrue();
        scene.assertConserved();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void freesNothingThatSomebodyTookWhileItWasWritten(Case c) {
        AnonScene scene = c.scene();
        scene.machine.before(FREEZE, 1, scene::held);
        assertThat(c.shrink(scene)).isEqualTo(End.UNMAPPED_NOT_FROZEN);
        assertThat(scene.swap.disk.readOnce()).isEqualTo(AnonScene.CONTENT);
        scene.assertConserved();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void freesNothingThatWasDirtiedWhileItWasWritten(Case c) {
        AnonScene scene = c.scene();
        scene.machine.before(FREEZE, 1, () -> scene.folio.flags.or(Folio.DIRTY));
        assertThat(c.shrink(scene)).isEqualTo(End.UNMAPPED_NOT_FROZEN);
        scene.assertConserved();
    }

    @Test
    void tellsWhatWasUnmapped() {
        assertThat(End.values())
                .filteredOn(End::isUnmapped)
                .containsExactly(
                        End.UNMAPPED_PINNED,
                        End.UNMAPPED_DIRTY,
                        End.UNMAPPED_REFERENCED,
                        End.UNMAPPED_NOT_FROZEN,
                        End.RECLAIMED);
    }

    /** A page that two address spaces map; and what it is once the first has left it. */
    private static final class Shared {
        final InterposedMachine machine = new InterposedMachine();
        final Folio folio;
        final Mm first;
        final Mm second;
        final SwapSpace swap = new SwapSpace(machine, false);

        Shared() {
            Scene scene = new Scene(machine, new Platform(Platform.PteUpdate.LOCKED, TlbProfile.BROADCAST));
            folio = scene.anon("folio").mapped(2).held().holding(AnonScene.CONTENT);
            long entry = Pte.present(folio.pfn, Pte.ACCESSED);
            first = scene.mm("parent").mapping(entry);
            second = scene.mm("child").mapping(entry);
        }

        End shrink(Kernel kernel) {
            return new Reclaim(kernel, swap, List.of(new Share(kernel, first), new Share(kernel, second)))
                    .shrink(folio, List.of(first.entry(0), second.entry(0)));
        }

        void leaveFirst() {
            first.entry(0).word.writeOnce(Pte.NONE);
            folio.uncountMapping();
            folio.put();
            folio.flags.or(Folio.ANON_EXCLUSIVE);
        }

        static boolean isSwapped(Mm mm) {
            return Pte.has(mm.entry(0).word.readOnce(), Pte.SWAP);
        }
    }

    @Test
    void unmapsFromEveryAddressSpace() {
        Shared scene = new Shared();
        assertThat(scene.shrink(Linux.V6_4)).isEqualTo(End.RECLAIMED);
        assertThat(List.of(scene.first, scene.second)).allMatch(Shared::isSwapped);
        assertThat(scene.swap.count.readOnce()).isEqualTo(2);
        assertThat(scene.folio.mapcount.readOnce()).isZero();
        assertThat(scene.folio.refcount.readOnce()).isZero();
    }

    @Test
    void goesOnWhereTheFirstAddressSpaceHasLeft() {
        Shared scene = new Shared();
        scene.leaveFirst();
        assertThat(scene.shrink(Linux.V6_4)).isEqualTo(End.RECLAIMED);
        assertThat(Pte.isNone(scene.first.entry(0).word.readOnce())).isTrue();
        assertThat(scene.second.entry(0).word.readOnce()).isEqualTo(Pte.swap(SwapSpace.OFFSET, true));
        assertThat(scene.folio.test(Folio.ANON_EXCLUSIVE)).isFalse();
    }

    @Test
    void endsTheWalkWhereSharingIsRefused() {
        Shared scene = new Shared();
        scene.leaveFirst();
        scene.machine.before("lock child.ptl", 1, () -> scene.folio.refcount.add(Folio.PIN_BIAS));
        assertThat(scene.shrink(Linux.V6_4)).isEqualTo(End.SHARE_REFUSED);
        assertThat(Shared.isSwapped(scene.second)).isFalse();
        assertThat(scene.folio.lock.isLocked()).isFalse();
    }

    @Test
    void asksWhetherThePageIsExclusiveTooEarlyAsAMutant() {
        Shared scene = new Shared();
        scene.machine.before("lock parent.ptl", 1, scene::leaveFirst);
        assertThat(scene.shrink(Linux.V6_4.with(Step.EXCLUSIVE_BEFORE_WALK))).isEqualTo(End.RECLAIMED);
        assertThat(scene.second.entry(0).word.readOnce()).isEqualTo(Pte.swap(SwapSpace.OFFSET, false));
        assertThat(scene.folio.test(Folio.ANON_EXCLUSIVE)).isTrue();
    }

    @Test
    void keepsCountsOddFromTheLookUntilThePageIsUnmapped() {
        for (Step step : List.of(Step.SEQ_OF_FIRST, Step.SEQ_OF_ALL)) {
            Shared scene = new Shared();
            boolean all = step == Step.SEQ_OF_ALL;
            scene.machine.before("lock child.ptl", 1, () -> {
                assertThat(SeqCount.isOdd(scene.first.writeProtectSeq.readBegin()))
                        .isTrue();
                assertThat(SeqCount.isOdd(scene.second.writeProtectSeq.readBegin()))
                        .isEqualTo(all);
            });
            assertThat(scene.shrink(Linux.V5_18.with(step, Step.FENCE_AFTER_SEQ)))
                    .isEqualTo(End.RECLAIMED);
            assertThat(scene.first.writeProtectSeq.readBegin()).isEqualTo(2);
            assertThat(scene.second.writeProtectSeq.readBegin()).isEqualTo(all ? 2 : 0);
        }
    }

    @Test
    void keepsADirtyFolioIfItMustNotWrite() {
        AnonScene scene = scene();
        assertThat(shrink(scene, Linux.V6_4.with(Step.KEEP_DIRTY))).isEqualTo(End.UNMAPPED_DIRTY);
        assertThat(scene.swap.disk.readOnce()).as("nothing written").isZero();
        assertThat(scene.folio.lock.isLocked()).isFalse();
        scene.assertConserved();
    }

    @Test
    void keepsALockedFolio() {
        AnonScene scene = scene();
        scene.folio.lock.lock();
        assertThat(shrink(scene, Linux.V6_4)).isEqualTo(End.KEPT_LOCKED);
        assertThat(scene.folio.lock.isLocked()).isTrue();
        scene.folio.lock.unlock();
        scene.assertConserved();
    }

    @Test
    void keepsWhatTheEntryDoesNotMap() {
        AnonScene gone = scene();
        long entry = gone.pte();
        gone.setPte(Pte.NONE);
        assertThat(shrink(gone, Linux.V6_4)).isEqualTo(End.KEPT_UNMAPPED_BY_OTHERS);
        assertThat(gone.pte()).isEqualTo(Pte.NONE);
        gone.setPte(entry);
        gone.assertConserved();

        AnonScene other = scene();
        other.setPte(Pte.present(2, Pte.WRITE));
        assertThat(shrink(other, Linux.V6_4)).isEqualTo(End.KEPT_UNMAPPED_BY_OTHERS);
        assertThat(other.pte()).isEqualTo(Pte.present(2, Pte.WRITE));
        other.setPte(entry);
        other.assertConserved();
    }

    @Test
    void writesThePageOnlyIfItIsDirty() {
        AnonScene scene = scene();
        scene.setPte(Pte.present(1, Pte.WRITE));
        scene.machine.before(TAKE_PTL, 1, () -> scene.folio.flags.andNot(Folio.DIRTY));
        scene.machine.before(
                FREEZE, 1, () -> assertThat(scene.swap.disk.readOnce()).isZero());
        assertThat(shrink(scene, Linux.V6_4)).isEqualTo(End.RECLAIMED);
    }

    @Test
    void carriesDirtinessFromTheEntryToTheFolio() {
        AnonScene scene = scene();
        scene.machine.before(TAKE_PTL, 1, () -> scene.folio.flags.andNot(Folio.DIRTY));
        assertThat(shrink(scene, Linux.V6_4)).isEqualTo(End.RECLAIMED);
        assertThat(scene.swap.disk.readOnce()).isEqualTo(AnonScene.CONTENT);
    }

    @Test
    void mutantThatDoesNotRestoreLosesThePage() {
        AnonScene scene = scene();
        scene.machine.before(TAKE_PTL, 1, scene::pinned);
        assertThat(shrinkSharing(scene, Linux.V6_1.without(Share.Step.RESTORE_WHEN_BUSY)))
                .isEqualTo(End.SHARE_REFUSED);
        assertThat(scene.pte()).isEqualTo(Pte.NONE);
        assertThat(scene.swap.count.readOnce()).isZero();
    }

    @Test
    void mutantThatKeepsTheBitSwapsAnExclusivePage() {
        AnonScene scene = scene();
        scene.exclusiveNeverSwapped = false;
        assertThat(shrinkSharing(scene, Linux.V6_1.without(Share.Step.CLEAR_EXCLUSIVE)))
                .isEqualTo(End.RECLAIMED);
        assertThat(scene.isExclusive()).isTrue();
        scene.holders = 0;
        scene.assertConserved();
    }

    @Test
    void mutantThatDoesNotShareKeepsTheBitAndSeesNoPin() {
        AnonScene scene = scene();
        scene.exclusiveNeverSwapped = false;
        scene.machine.before(TAKE_PTL, 1, scene::pinned);
        assertThat(shrink(scene, Linux.V6_4.without(Step.SHARE))).isEqualTo(End.UNMAPPED_PINNED);
        assertThat(scene.isExclusive()).isTrue();
        scene.assertConserved();
    }

    @Test
    void mutantThatLooksForPinsTooEarlyMissesThoseThatCome() {
        Kernel early = Linux.V6_1.without(Share.Step.SHARE_CHECK).with(Share.Step.SHARE_CHECK_BEFORE_CLEAR);
        AnonScene seen = scene();
        seen.machine.before(TAKE_PTL, 1, seen::pinned);
        assertThat(shrinkSharing(seen, early)).isEqualTo(End.SHARE_REFUSED);
        seen.assertConserved();
        AnonScene missed = scene();
        missed.machine.before("xchg parent.pte FULL", 1, missed::pinned);
        assertThat(shrinkSharing(missed, early)).isEqualTo(End.UNMAPPED_PINNED);
        missed.assertConserved();
    }

    @Test
    void withoutExclusiveSwapEntriesTheEntryForgets() {
        AnonScene scene = scene();
        shrink(scene, Linux.V6_4.without(Step.EXCLUSIVE_SWAP_ENTRY));
        assertThat(scene.pte()).isEqualTo(Pte.swap(SwapSpace.OFFSET, false));
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void flushesExclusivePagesAtOnceUntil61(Release release) {
        AnonScene scene = new AnonScene(false, Pte.WRITE, TlbProfile.DEFERRED, false)
                .held()
                .exclusive();
        List<String> log = scene.machine.logOf(() -> shrink(scene, release.steps, release.share));
        List<String> unmapping =
                log.subList(log.indexOf("xchg parent.pte FULL"), log.indexOf("fetchAdd swap_map RELAXED"));
        assertThat(unmapping.contains("smpMb")).isEqualTo(release == Release.V5_19);

        AnonScene unbatched = scene();
        List<String> all = unbatched.machine.logOf(() -> shrink(unbatched, release.steps, release.share));
        assertThat(all.subList(all.indexOf("xchg parent.pte FULL"), all.indexOf("fetchAdd swap_map RELAXED")))
                .as("a flush that cannot be deferred")
                .contains("smpMb");
    }

    @Test
    void clearsPlainlyWhereAMutantDoes() {
        AnonScene scene = scene();
        assertThat(scene.machine.logOf(() -> shrinkSharing(scene, Linux.V6_1.with(Share.Step.CLEAR_PLAINLY))))
                .containsSubsequence(
                        AnonScene.READ_PTE, AnonScene.READ_PTE, "writeOnce parent.pte", "smpMb", "writeOnce parent.pte")
                .doesNotContain("xchg parent.pte FULL");
    }

    @Test
    void orderOfTodaysReclaim() {
        AnonScene scene = new AnonScene(false, Pte.WRITE | Pte.DIRTY, TlbProfile.DEFERRED, false)
                .held()
                .exclusive();
        assertThat(scene.machine.logOf(() -> shrink(scene, Linux.V6_4)))
                .containsExactly(
                        "trylock folio.flags",
                        "readOnce folio.refcount",
                        "fetchAdd folio.refcount RELAXED",
                        "lock swap_cache.xa_lock",
                        "fetchOr folio.flags RELAXED",
                        "writeOnce swap_cache",
                        "storeRelease swap_cache.xa_lock",
                        "readOnce folio.flags",
                        "fetchOr folio.flags FULL",
                        "lock parent.ptl",
                        AnonScene.READ_PTE,
                        "readOnce folio.flags",
                        "xchg parent.pte FULL",
                        "readOnce folio.flags",
                        "fetchAdd swap_map RELAXED",
                        "smpMb",
                        "readOnce folio.refcount",
                        "fetchAndNot folio.flags RELAXED",
                        "smpMb",
                        "writeOnce parent.pte",
                        "fetchAdd folio.mapcount FULL",
                        "fetchAdd folio.refcount FULL",
                        "storeRelease parent.ptl",
                        "readOnce folio.refcount",
                        "readOnce folio.flags",
                        "smpMb",
                        "readOnce folio.refcount",
                        "fetchAndNot folio.flags FULL",
                        "fetchOr folio.flags FULL",
                        "readOnce folio.data",
                        "writeOnce swap_disk",
                        "fetchAndNot folio.flags RELEASE",
                        "cmpxchg folio.refcount FULL",
                        "readOnce folio.flags",
                        "lock swap_cache.xa_lock",
                        "fetchAndNot folio.flags RELAXED",
                        "writeOnce swap_cache",
                        "storeRelease swap_cache.xa_lock",
                        "fetchAndNot folio.flags RELEASE");
    }

    @Test
    void fencesAreStepsOfTheirOwn() {
        for (Share.Step fence : new Share.Step[] {Share.Step.FENCE_BEFORE_SHARE_CHECK, Share.Step.FENCE_AFTER_SHARE}) {
            AnonScene scene = scene();
            List<String> with = scene.machine.logOf(() -> shrink(scene, Linux.V6_4));
            AnonScene without = scene();
            List<String> dropped = without.machine.logOf(() -> shrinkSharing(without, Linux.V6_1.without(fence)));
            assertThat(dropped).hasSize(with.size() - 1);
            int at = fence == Share.Step.FENCE_BEFORE_SHARE_CHECK
                    ? with.indexOf("fetchAdd swap_map RELAXED") + 1
                    : with.lastIndexOf("writeOnce parent.pte") - 1;
            assertThat(with.get(at)).isEqualTo("smpMb");
            assertThat(dropped.get(at)).isNotEqualTo("smpMb");
        }
    }
}
