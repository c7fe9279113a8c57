// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;
import static pagerace.mm.op.ReuseRule.EXCLUSIVE;
import static pagerace.mm.op.ReuseRule.MAPCOUNT;
import static pagerace.mm.op.ReuseRule.REFCOUNT;
import static pagerace.mm.op.ReuseRule.REFCOUNT_WITHOUT_SWAPCACHE;

import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.machine.TlbProfile;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.Pte;
import pagerace.mm.op.WriteFault.End;

class WriteFaultTest {
    /** A page mapped read-only, and the rules that reuse it. */
    enum Page {
        MAPPED_ONCE(scene -> {}, MAPCOUNT, REFCOUNT, REFCOUNT_WITHOUT_SWAPCACHE, EXCLUSIVE),
        MAPPED_TWICE(AnonScene::sharedWithChild),
        PINNED(AnonScene::pinned, MAPCOUNT),
        REFERENCED(AnonScene::held, MAPCOUNT),
        IN_SWAP_CACHE(AnonScene::inSwapCache, MAPCOUNT, REFCOUNT_WITHOUT_SWAPCACHE, EXCLUSIVE),
        IN_SWAP_CACHE_AND_REFERENCED(scene -> scene.inSwapCache().held(), MAPCOUNT),
        IN_SWAP_CACHE_BEING_WRITTEN(scene -> scene.inSwapCache().folio.flags.or(Folio.WRITEBACK), MAPCOUNT),
        SWAP_ENTRY_ELSEWHERE(scene -> scene.inSwapCache().swapEntryInChild()),
        SLOT_OF_ANOTHER_PAGE(
                scene -> scene.swapEntryInChild().exclusiveNeverSwapped = false,
                MAPCOUNT,
                REFCOUNT,
                REFCOUNT_WITHOUT_SWAPCACHE,
                EXCLUSIVE),
        EXCLUSIVE_PAGE(AnonScene::exclusive, MAPCOUNT, REFCOUNT, REFCOUNT_WITHOUT_SWAPCACHE, EXCLUSIVE),
        EXCLUSIVE_AND_PINNED(scene -> scene.exclusive().pinned(), MAPCOUNT, EXCLUSIVE),
        EXCLUSIVE_AND_REFERENCED(scene -> scene.exclusive().held(), MAPCOUNT, EXCLUSIVE);

        final Consumer<AnonScene> prepare;
        final Set<ReuseRule> reusedBy;

        Page(Consumer<AnonScene> prepare, ReuseRule... reusedBy) {
            this.prepare = prepare;
            this.reusedBy = Set.of(reusedBy);
        }

        AnonScene scene() {
            AnonScene scene = AnonScene.readOnly();
            prepare.accept(scene);
            return scene;
        }
    }

    record Case(Page page, ReuseRule rule, boolean unshare) {
        boolean reuses() {
            return page.reusedBy.contains(rule);
        }
    }

    static Stream<Case> cases() {
        return Stream.of(Page.values())
                .flatMap(page -> Stream.of(ReuseRule.values())
                        .flatMap(rule -> Stream.of(false, true).map(unshare -> new Case(page, rule, unshare))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void reusesOrCopies(Case c) {
        AnonScene scene = c.page.scene();
        long before = scene.pte();
        boolean wasExclusive = scene.isExclusive();
        assertThat(scene.writeFault(c.rule).handle(scene.entry, before, c.unshare))
                .isEqualTo(c.reuses() ? End.REUSED : End.COPIED);
        if (c.reuses()) {
            assertThat(scene.pte()).isEqualTo(c.unshare ? before : before | Pte.WRITE | Pte.DIRTY | Pte.ACCESSED);
            assertThat(scene.isExclusive()).isEqualTo(wasExclusive || c.rule == EXCLUSIVE);
            assertThat(scene.spare.refcount.readOnce()).as("spare").isZero();
        } else {
            assertThat(scene.pte()).isEqualTo(Pte.present(2, Pte.ACCESSED | (c.unshare ? 0 : Pte.WRITE | Pte.DIRTY)));
            assertThat(scene.spare.data.readOnce()).isEqualTo(AnonScene.CONTENT);
            assertThat(scene.spare.test(Folio.ANON_EXCLUSIVE)).isEqualTo(c.rule == EXCLUSIVE);
        }
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource(names = "MAPCOUNT", mode = EnumSource.Mode.EXCLUDE)
    void copiesRatherThanWaitForTheFolioLock(ReuseRule rule) {
        AnonScene scene = AnonScene.readOnly();
        scene.folio.lock.lock();
        assertThat(scene.writeFault(rule).handle(scene.entry, scene.pte(), false))
                .isEqualTo(End.COPIED);
        assertThat(scene.folio.lock.isLocked()).as("still somebody else's").isTrue();
        scene.folio.lock.unlock();
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void freesNoSlotWhereThatWouldNotHelp(ReuseRule rule) {
        AnonScene scene = AnonScene.readOnly().inSwapCache().held();
        scene.writeFault(rule).handle(scene.entry, scene.pte(), false);
        assertThat(scene.folio.test(Folio.SWAPCACHE)).isTrue();
    }

    @Test
    void looksAtTheReferencesAgainOnceTheFolioIsLocked() {
        AnonScene scene = AnonScene.readOnly();
        scene.machine.before("trylock folio.flags", 1, scene::held);
        assertThat(scene.writeFault(EXCLUSIVE).handle(scene.entry, scene.pte(), false))
                .isEqualTo(End.COPIED);
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void leavesAnEntryAloneThatIsNotWhatTheFaultSaw(ReuseRule rule) {
        AnonScene scene = AnonScene.readOnly();
        long before = scene.pte();
        assertThat(scene.writeFault(rule).handle(scene.entry, before | Pte.DIRTY, false))
                .isEqualTo(End.RETRY);
        assertThat(scene.pte()).isEqualTo(before);
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void comparesTheEntryAgainAfterTheCopy(ReuseRule rule) {
        AnonScene scene = AnonScene.readOnly().sharedWithChild();
        long before = scene.pte();
        scene.machine.before("lock parent.ptl", 2, () -> {
            assertThat(scene.folio.refcount.readOnce()).as("held while copied").isEqualTo(3);
            scene.setPte(before | Pte.DIRTY);
        });
        assertThat(scene.writeFault(rule).handle(scene.entry, before, false)).isEqualTo(End.RETRY);
        assertThat(scene.pte()).isEqualTo(before | Pte.DIRTY);
        assertThat(scene.spare.refcount.readOnce()).isZero();
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void flushesTheOldEntryBeforeTheNewOneIsThere(boolean unshare) {
        AnonScene scene = new AnonScene(false, Pte.ACCESSED, TlbProfile.DEFERRED, false).sharedWithChild();
        assertThat(scene.machine.logOf(() -> scene.writeFault(EXCLUSIVE).handle(scene.entry, scene.pte(), unshare)))
                .containsSubsequence(
                        "writeOnce spare.refcount",
                        "writeOnce parent.pte",
                        "smpMb",
                        "writeOnce parent.pte",
                        "fetchAdd folio.mapcount FULL",
                        "storeRelease parent.ptl",
                        "fetchAdd folio.refcount FULL");
    }

    @Test
    void reusesWithoutSwap() {
        AnonScene scene = AnonScene.readOnly();
        for (ReuseRule rule : ReuseRule.values()) {
            WriteFault fault = new WriteFault(Linux.MAINLINE.with(rule), scene.mm, null, FreeFolios.only(scene.spare));
            assertThat(fault.handle(scene.entry, scene.pte(), true)).isEqualTo(End.REUSED);
        }
        scene.assertConserved();
    }
}
