// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.machine.TlbProfile;
import pagerace.mm.DiskFile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.InterposedMachine;
import pagerace.mm.Mm;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.Slab;
import pagerace.mm.Steps;
import pagerace.mm.VhostRing;
import pagerace.mm.op.VhostNotifier.Step;
import pagerace.mm.op.VhostWorker.Way;

/** The vhost worker, the callback that takes its map, and the cleaner that calls it. */
class VhostTest {
    private static final long STORED = 9;
    private static final String STORE = "writeOnce folio.data";
    private static final String DIRTY = "fetchOr folio.flags FULL";
    private static final String TAKE = "writeOnce vq.map";
    private static final String UNMAP = "writeOnce map.addr";

    private final InterposedMachine machine = new InterposedMachine();
    private final Folio folio;
    private final DiskFile file;
    private final Mm mm;
    private final Entry entry;
    private final VhostRing ring;

    VhostTest() {
        Scene scene = new Scene(machine, new Platform(Platform.PteUpdate.LOCKED, TlbProfile.BROADCAST));
        folio = scene.file("folio").mapped().holding(1);
        mm = scene.mm("mm").mapping(Pte.present(folio.pfn, Pte.WRITE | Pte.ACCESSED));
        entry = mm.entry(0);
        file = new DiskFile(machine, folio, 1, true);
        ring = new VhostRing(machine, folio, true);
    }

    private VhostWorker worker(Steps<VhostWorker.Step> steps) {
        SharedWriteFault fault = new SharedWriteFault(Linux.MAINLINE, mm, file);
        return new VhostWorker(
                Linux.MAINLINE.with(VhostWorker.Step.class, steps), ring, folio, new FileStore(mm, fault));
    }

    private VhostNotifier notifier(Steps<VhostNotifier.Step> steps) {
        return new VhostNotifier(Linux.MAINLINE.with(VhostNotifier.Step.class, steps), ring, file, folio);
    }

    private Writeback cleaner(MmuNotifier notifier) {
        CleanFolio clean = new CleanFolio(Linux.MAINLINE, file, List.of(mm), notifier);
        return new Writeback(Linux.MAINLINE, file, clean);
    }

    private void assertIdle() {
        AnonScene.assertIdle(machine);
        assertThat(ring.mmuLock.tryLock()).as("the ring's lock is free").isTrue();
        ring.mmuLock.unlock();
    }

    @Test
    void storesThroughTheMapLeaveNoMarkInTheEntry() {
        assertThat(worker(VhostWorker.RCU).put(STORED)).isEqualTo(Way.MAP);
        assertThat(folio.data.readOnce()).isEqualTo(STORED);
        assertThat(folio.test(Folio.DIRTY)).isFalse();
        assertThat(Pte.has(entry.word.readOnce(), Pte.DIRTY)).isFalse();
        assertIdle();
    }

    @Test
    void theAnnouncements() {
        assertThat(machine.logOf(() -> worker(VhostWorker.REF).put(STORED)))
                .containsExactly(
                        "readOnce vq.ref",
                        "storeRelease vq.ref",
                        "loadAcquire vq.ref",
                        "loadAcquire vq.map",
                        "readOnce map.addr",
                        STORE,
                        "readOnce vq.ref",
                        "storeRelease vq.ref");
        assertThat(machine.logOf(() -> worker(VhostWorker.REF.with(VhostWorker.Step.FENCE_AFTER_REF))
                        .put(STORED)))
                .containsSubsequence("storeRelease vq.ref", "smpMb", "loadAcquire vq.map");
        assertThat(machine.logOf(() -> worker(VhostWorker.REF.with(VhostWorker.Step.REF_BY_RMW))
                        .put(STORED)))
                .containsSubsequence("fetchAdd vq.ref FULL", "loadAcquire vq.map", STORE, "storeRelease vq.ref");
        assertThat(machine.logOf(() -> worker(VhostWorker.LOCK).put(STORED)))
                .startsWith("lock vq.mmu_lock")
                .endsWith("storeRelease vq.mmu_lock");
        assertThat(machine.logOf(() -> worker(VhostWorker.RCU).put(STORED)))
                .startsWith("readOnce rcu[0]", "storeRelease rcu[0]", "smpMb")
                .endsWith("readOnce rcu[0]", "storeRelease rcu[0]");
        assertThat(ring.ref.readOnce() % 2).isZero();
        assertIdle();
    }

    @Test
    void withoutAMapStoresGoThroughTheEntry() {
        notifier(VhostNotifier.RCU).rangeStart();
        assertThat(worker(VhostWorker.RCU).put(STORED)).isEqualTo(Way.PAGE_TABLE);
        assertThat(Pte.has(entry.word.readOnce(), Pte.DIRTY)).isTrue();
        assertThat(machine.logOf(() -> worker(Steps.of()).put(STORED)))
                .as("the entry is dirty already")
                .containsExactly("readOnce mm.pte", STORE);
        assertIdle();
    }

    @Test
    void aStoreThroughAReadOnlyEntryFaults() {
        folio.flags.or(Folio.DIRTY);
        cleaner(notifier(VhostNotifier.RCU)).write(folio);
        assertThat(worker(VhostWorker.RCU).put(STORED)).isEqualTo(Way.FAULT);
        assertThat(folio.test(Folio.DIRTY)).isTrue();
        assertThat(Pte.isWritable(entry.word.readOnce())).isTrue();
        assertIdle();
    }

    @Test
    void anEntryThatChangesUnderTheStoreIsLookedAtAgain() {
        folio.flags.or(Folio.DIRTY);
        Writeback cleaner = cleaner(notifier(Steps.of()));
        machine.before("cmpxchg mm.pte FULL", 1, () -> cleaner.write(folio));
        assertThat(worker(Steps.of()).put(STORED)).isEqualTo(Way.FAULT);
        assertThat(folio.data.readOnce()).isEqualTo(STORED);
        assertIdle();
    }

    @Test
    void aWorkerThatIsTooLateFindsPoison() {
        machine.before("readOnce map.addr", 1, notifier(VhostNotifier.RCU.without(Step.WAIT_RCU))::rangeStart);
        assertThat(worker(VhostWorker.RCU).put(STORED)).isEqualTo(Way.FREED_MAP);
        assertThat(folio.data.readOnce()).isEqualTo(1);
    }

    @Test
    void theCallbacksInTheirOrders() {
        assertThat(machine.logOf(notifier(VhostNotifier.RCU_DIRTY_FIRST)::rangeStart))
                .containsSubsequence(
                        "lock vq.mmu_lock", DIRTY, TAKE, "storeRelease vq.mmu_lock", "readOnce rcu[0]", UNMAP);
    }

    @Test
    void theSeriesDirtiesAfterItsWait() {
        assertThat(machine.logOf(notifier(VhostNotifier.REF)::rangeStart))
                .containsSubsequence(
                        TAKE, "storeRelease vq.mmu_lock", "smpMb", "readOnce vq.ref", "smpMb", DIRTY, UNMAP)
                .doesNotContain("await vq.ref");
        assertThat(folio.test(Folio.DIRTY)).isTrue();
        assertIdle();
    }

    @Test
    void theCallbackWaitsForAnOddCounter() {
        ring.ref.writeOnce(1);
        machine.before("await vq.ref", 1, () -> ring.ref.writeOnce(2));
        assertThat(machine.logOf(notifier(VhostNotifier.REF)::rangeStart))
                .containsSubsequence("readOnce vq.ref", "await vq.ref", DIRTY);
        assertIdle();
    }

    @Test
    void aSecondCallbackFindsNoMapAndReturns() {
        VhostNotifier notifier = notifier(VhostNotifier.RCU);
        notifier.rangeStart(() -> assertThat(machine.logOf(notifier::rangeStart))
                .containsExactly("lock vq.mmu_lock", "readOnce vq.map", "storeRelease vq.mmu_lock"));
        assertThat(folio.test(Folio.DIRTY)).isTrue();
        assertThat(ring.mapAddr.readOnce()).isEqualTo(Slab.POISON_FREE);
        assertIdle();
    }

    @Test
    void theFolioLockCanBeTakenToDirty() {
        assertThat(machine.logOf(notifier(VhostNotifier.RCU.with(Step.TAKE_FOLIO_LOCK))::rangeStart))
                .containsSubsequence("lock folio.flags", DIRTY, "fetchAndNot folio.flags RELEASE", UNMAP);
    }

    @Test
    void dirtyingCanBeLeftForLater() {
        VhostNotifier notifier =
                notifier(VhostNotifier.RCU.without(Step.DIRTY_AFTER_WAIT).with(Step.UNMAP_LATE));
        cleaner(notifier).write(folio);
        assertThat(folio.test(Folio.DIRTY)).isFalse();
        assertThat(ring.mapAddr.readOnce()).isNotEqualTo(Slab.POISON_FREE);
        notifier.unmapLate();
        assertThat(folio.test(Folio.DIRTY)).isTrue();
        assertThat(ring.mapAddr.readOnce()).isEqualTo(Slab.POISON_FREE);
        assertThat(machine.logOf(notifier(VhostNotifier.RCU)::unmapLate)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTeardownDirtiesSinceTheSeries(boolean dirties) {
        VhostNotifier notifier = notifier(dirties ? VhostNotifier.RCU : VhostNotifier.RCU_DIRTY_FIRST);
        notifier.tearDown();
        assertThat(folio.test(Folio.DIRTY)).isEqualTo(dirties);
        assertThat(ring.mapAddr.readOnce()).isEqualTo(Slab.POISON_FREE);
        assertThat(machine.logOf(notifier::tearDown)).as("no second time").hasSize(3);
        assertIdle();
    }

    @Test
    void aCleanedPageIsOnDisk() {
        folio.flags.or(Folio.DIRTY);
        worker(VhostWorker.RCU).put(STORED);
        VhostNotifier notifier = notifier(VhostNotifier.RCU);
        assertThat(machine.logOf(() -> cleaner(notifier).write(folio)))
                .containsSubsequence(
                        "lock folio.flags",
                        TAKE,
                        "lock mm.ptl",
                        "xchg mm.pte FULL",
                        "smpMb",
                        "writeOnce mm.pte",
                        "storeRelease mm.ptl",
                        DIRTY,
                        "fetchAndNot folio.flags FULL",
                        "fetchAndNot folio.flags RELEASE",
                        "writeOnce disk");
        assertThat(file.disk.readOnce()).isEqualTo(STORED);
        assertThat(entry.word.readOnce()).isEqualTo(Pte.present(1, Pte.ACCESSED));
        assertIdle();
    }

    @Test
    void aCleanPageIsNotWritten() {
        entry.word.writeOnce(Pte.present(1, Pte.ACCESSED));
        assertThat(machine.logOf(() -> cleaner(notifier(Steps.of())).write(folio)))
                .doesNotContain("writeOnce disk", "xchg mm.pte FULL");
        assertIdle();
    }
}
