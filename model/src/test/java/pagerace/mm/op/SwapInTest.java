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
import pagerace.mm.Pte;
import pagerace.mm.SwapSpace;
import pagerace.mm.op.SwapIn.End;

class SwapInTest {
    private static final Set<ReuseRule> ALL = Set.of(ReuseRule.values());
    private static final Set<ReuseRule> NONE = Set.of();

    /** A swapped page, and the rules under which a read, and a write, maps it writable. */
    enum Page {
        CACHED(scene -> scene.swappedOut(false), NONE, ALL),
        CACHED_EXCLUSIVE(scene -> scene.swappedOut(true), Set.of(EXCLUSIVE), ALL),
        CACHED_PINNED(scene -> scene.swappedOut(false).pinned(), NONE, Set.of(MAPCOUNT, REFCOUNT)),
        CACHED_REFERENCED(scene -> scene.swappedOut(false).held(), NONE, Set.of(MAPCOUNT, REFCOUNT)),
        CACHED_EXCLUSIVE_PINNED(
                scene -> scene.swappedOut(true).pinned(), Set.of(EXCLUSIVE), Set.of(MAPCOUNT, REFCOUNT, EXCLUSIVE)),
        CACHED_SWAP_ENTRY_ELSEWHERE(scene -> scene.swappedOut(false).swapEntryInChild(), NONE, NONE),
        CACHED_BEING_WRITTEN(scene -> beingWritten(scene.swappedOut(false)), NONE, Set.of(MAPCOUNT, REFCOUNT)),
        CACHED_EXCLUSIVE_BEING_WRITTEN(
                scene -> beingWritten(scene.swappedOut(true)),
                Set.of(EXCLUSIVE),
                Set.of(MAPCOUNT, REFCOUNT, EXCLUSIVE)),
        ON_DEVICE(scene -> scene.onDevice(false), Set.of(EXCLUSIVE), ALL),
        ON_DEVICE_EXCLUSIVE(scene -> scene.onDevice(true), Set.of(EXCLUSIVE), ALL);

        final Consumer<AnonScene> prepare;
        final Set<ReuseRule> readMapsWritable;
        final Set<ReuseRule> writeMapsWritable;

        Page(Consumer<AnonScene> prepare, Set<ReuseRule> readMapsWritable, Set<ReuseRule> writeMapsWritable) {
            this.prepare = prepare;
            this.readMapsWritable = readMapsWritable;
            this.writeMapsWritable = writeMapsWritable;
        }

        AnonScene scene() {
            AnonScene scene = AnonScene.writable();
            prepare.accept(scene);
            return scene;
        }

        boolean isCached() {
            return name().startsWith("CACHED");
        }
    }

    record Case(Page page, ReuseRule rule, boolean write) {
        boolean mapsWritable() {
            return (write ? page.writeMapsWritable : page.readMapsWritable).contains(rule);
        }
    }

    static Stream<Case> cases() {
        return Stream.of(Page.values())
                .flatMap(page -> Stream.of(ReuseRule.values())
                        .flatMap(rule -> Stream.of(false, true).map(write -> new Case(page, rule, write))));
    }

    private static void beingWritten(AnonScene scene) {
        scene.folio.flags.or(Folio.WRITEBACK);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void mapsThePageAgain(Case c) {
        AnonScene scene = c.page.scene();
        End end = scene.swapIn(c.rule).handle(scene.entry, scene.pte(), c.write);
        assertThat(end).isEqualTo(c.mapsWritable() ? End.MAPPED_WRITABLE : End.MAPPED_READ_ONLY);
        Folio mapped = c.page.isCached() ? scene.folio : scene.spare;
        long writable = c.mapsWritable() ? c.write ? Pte.WRITE | Pte.DIRTY : Pte.WRITE : 0;
        assertThat(scene.pte()).isEqualTo(Pte.present(mapped.pfn, Pte.ACCESSED | writable));
        assertThat(mapped.data.readOnce()).isEqualTo(AnonScene.CONTENT);
        assertThat(mapped.test(Folio.ANON_EXCLUSIVE)).isEqualTo(c.mapsWritable() && c.rule == EXCLUSIVE);
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void forgetsExclusivityWhileADeviceNeedsThePageStable(boolean write) {
        AnonScene scene = new AnonScene(false, 0, TlbProfile.BROADCAST, true).swappedOut(true);
        beingWritten(scene);
        assertThat(scene.swapIn(EXCLUSIVE).handle(scene.entry, scene.pte(), write))
                .isEqualTo(End.MAPPED_READ_ONLY);
        assertThat(scene.isExclusive()).isFalse();
        scene.assertConserved();

        AnonScene done = new AnonScene(false, 0, TlbProfile.BROADCAST, true).swappedOut(true);
        assertThat(done.swapIn(EXCLUSIVE).handle(done.entry, done.pte(), write)).isEqualTo(End.MAPPED_WRITABLE);
        done.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void leavesAnEntryAloneThatIsNotWhatTheAccessSaw(boolean cached) {
        AnonScene scene = cached
                ? AnonScene.writable().swappedOut(true)
                : AnonScene.writable().onDevice(true);
        long before = scene.pte();
        scene.machine.before("lock parent.ptl", 1, () -> scene.setPte(Pte.swap(SwapSpace.OFFSET, false)));
        assertThat(scene.swapIn(EXCLUSIVE).handle(scene.entry, before, true)).isEqualTo(End.RETRY);
        assertThat(scene.pte()).isEqualTo(Pte.swap(SwapSpace.OFFSET, false));
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void decidesUnderTheFolioLockAndThePageTableLock(ReuseRule rule) {
        AnonScene scene = AnonScene.writable().swappedOut(false);
        assertThat(scene.machine.logOf(() -> scene.swapIn(rule).handle(scene.entry, scene.pte(), true)))
                .containsSubsequence(
                        "addUnless folio.refcount FULL",
                        "readOnce swap_cache",
                        "lock folio.flags",
                        "lock parent.ptl",
                        AnonScene.READ_PTE,
                        "readOnce folio.flags",
                        "fetchAdd swap_map RELAXED",
                        "fetchAdd folio.mapcount RELAXED",
                        "writeOnce parent.pte",
                        "fetchAndNot folio.flags RELEASE",
                        "storeRelease parent.ptl");
    }

    @Test
    void readsFromTheDeviceWhatHasJustLeftTheSwapCache() {
        AnonScene scene = AnonScene.writable().swappedOut(false);
        scene.swap.disk.writeOnce(AnonScene.CONTENT);
        scene.machine.before("readOnce swap_cache", 1, () -> {
            scene.swap.removeFromCache(scene.folio);
            scene.folio.put();
        });
        assertThat(scene.swapIn(EXCLUSIVE).handle(scene.entry, scene.pte(), false))
                .isEqualTo(End.MAPPED_WRITABLE);
        assertThat(Pte.pfn(scene.pte())).isEqualTo(2);
        scene.assertConserved();
    }

    @Test
    void readsFromTheDeviceWhatIsBeingFreed() {
        AnonScene scene = AnonScene.writable().swappedOut(false);
        scene.swap.disk.writeOnce(AnonScene.CONTENT);
        assertThat(scene.folio.freeze(1)).isTrue();
        assertThat(scene.swapIn(REFCOUNT_WITHOUT_SWAPCACHE).handle(scene.entry, scene.pte(), false))
                .isEqualTo(End.MAPPED_READ_ONLY);
        assertThat(Pte.pfn(scene.pte())).isEqualTo(2);
        scene.folio.refcount.writeOnce(1);
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void triesAgainIfTheFolioLeftTheSwapCacheBeforeItWasLocked(ReuseRule rule) {
        AnonScene scene = AnonScene.writable().swappedOut(false);
        scene.machine.before("lock folio.flags", 1, () -> {
            scene.swap.removeFromCache(scene.folio);
            scene.folio.put();
        });
        long before = scene.pte();
        assertThat(scene.swapIn(rule).handle(scene.entry, before, true)).isEqualTo(End.RETRY);
        assertThat(scene.pte()).isEqualTo(before);
        scene.assertConserved();
    }

    /** {@code should_try_to_free_swap}; before 5.18, whoever reuses a page by its map count asks for no references. */
    @ParameterizedTest
    @EnumSource
    void keepsTheSlotOfAPageThatSomebodyElseHolds(ReuseRule rule) {
        AnonScene scene = AnonScene.writable().swappedOut(false).pinned();
        scene.swapIn(rule).handle(scene.entry, scene.pte(), true);
        assertThat(scene.folio.test(Folio.SWAPCACHE))
                .isEqualTo(rule == REFCOUNT_WITHOUT_SWAPCACHE || rule == EXCLUSIVE);
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void freesTheSlotThatAWriteNoLongerNeeds(ReuseRule rule) {
        AnonScene scene = AnonScene.writable().swappedOut(false);
        scene.swapIn(rule).handle(scene.entry, scene.pte(), true);
        assertThat(scene.folio.test(Folio.SWAPCACHE)).isFalse();
        assertThat(scene.folio.test(Folio.DIRTY)).isTrue();
        AnonScene read = AnonScene.writable().swappedOut(false);
        read.swapIn(rule).handle(read.entry, read.pte(), false);
        assertThat(read.folio.test(Folio.SWAPCACHE)).isTrue();
        scene.assertConserved();
        read.assertConserved();
    }
}
