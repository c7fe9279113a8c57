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
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;
import pagerace.mm.Steps;
import pagerace.mm.op.SharedWriteFault.End;
import pagerace.mm.op.SharedWriteFault.Step;

class SharedWriteFaultTest {
    private static final Kernel MAINLINE = Linux.MAINLINE;
    private static final String ASK = "writeOnce fs.reserved";

    /** How fault and filesystem, or fault and cleaning, keep apart. */
    enum Protocol {
        TRUNCATE_COUNT(Linux.MAINLINE.with(
                SharedWriteFault.Step.class,
                Steps.of(Step.TRUNCATE_COUNT, Step.PAGE_MKWRITE, Step.WAIT_STABLE, Step.RECHECK_PTE))),
        NO_LOCK(Linux.MAINLINE.with(
                SharedWriteFault.Step.class, Steps.of(Step.PAGE_MKWRITE, Step.WAIT_STABLE, Step.RECHECK_PTE))),
        RELOCK(Linux.MAINLINE.with(
                SharedWriteFault.Step.class,
                Steps.of(Step.PAGE_MKWRITE, Step.WAIT_STABLE, Step.RELOCK, Step.RECHECK_PTE))),
        RETURN_LOCKED(MAINLINE),
        UNLOCK_BEFORE_DIRTY(MAINLINE.with(Step.UNLOCK_BEFORE_DIRTY)),
        NO_MKWRITE(Linux.MAINLINE.with(SharedWriteFault.Step.class, SharedWriteFault.WITHOUT_MKWRITE)),
        NO_MKWRITE_WAIT(Linux.MAINLINE.with(
                SharedWriteFault.Step.class, Steps.of(Step.RECHECK_PTE, Step.WAIT_UNLOCKED_BEFORE_DIRTY))),
        NO_MKWRITE_NO_SYNC(Linux.MAINLINE.with(SharedWriteFault.Step.class, Steps.of(Step.RECHECK_PTE)));

        final Kernel steps;

        Protocol(Kernel steps) {
            this.steps = steps;
        }

        boolean asks() {
            return steps.has(Step.PAGE_MKWRITE);
        }

        /** Whether the folio is locked while the entry becomes writable. */
        boolean locksToMap(boolean mapped) {
            return asks() ? steps.has(Step.RETURN_LOCKED) || (steps.has(Step.RELOCK) && !mapped) : !mapped;
        }

        /** Whether the folio is locked while it is marked at last. */
        boolean locksToMark(boolean mapped) {
            return !steps.has(Step.UNLOCK_BEFORE_DIRTY) && (locksToMap(mapped) || steps.has(Step.LOCK_TO_DIRTY));
        }
    }

    /** A protocol, and whether the page is mapped read-only or not at all. */
    record Case(Protocol protocol, boolean mapped) {
        DiskScene scene() {
            return mapped ? DiskScene.plain().mapped(DiskScene.READ_ONLY) : DiskScene.plain();
        }

        /** The folio lock that {@code page_mkwrite} takes, the fault's own counted. */
        int nthLock() {
            return mapped || protocol == Protocol.TRUNCATE_COUNT ? 1 : 2;
        }

        /** Where the entry is about to be changed: {@code do_wp_page} has taken the lock once before. */
        int nthPtl() {
            return mapped && protocol.asks() ? 2 : 1;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(Protocol.values())
                .flatMap(protocol -> Stream.of(new Case(protocol, false), new Case(protocol, true)));
    }

    static Stream<Case> asking() {
        return cases().filter(c -> c.protocol.asks());
    }

    private static End handle(DiskScene scene, Kernel steps) {
        return scene.fault(steps).handle();
    }

    private static End handle(DiskScene scene, Case c) {
        return handle(scene, c.protocol.steps);
    }

    private static void assertWritable(DiskScene scene) {
        assertThat(scene.pte()).isEqualTo(Pte.present(1, DiskScene.WRITABLE));
        assertThat(scene.isDirty()).isTrue();
        assertThat(scene.isTagged()).isTrue();
        scene.assertConserved();
    }

    /** Nothing was mapped, and nothing is left behind. */
    private static void assertRefused(DiskScene scene) {
        assertThat(scene.pte()).isZero();
        scene.assertConserved();
    }

    @Test
    void aWritableEntryNeedsNoFault() {
        DiskScene scene = DiskScene.plain().mapped(Pte.WRITE);
        assertThat(scene.machine.logOf(() -> assertThat(handle(scene, MAINLINE)).isEqualTo(End.NO_FAULT)))
                .containsExactly("readOnce mm.pte");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void makesTheEntryWritableAndTheFolioDirty(Case c) {
        DiskScene scene = c.scene();
        assertThat(handle(scene, c)).isEqualTo(End.MADE_WRITABLE);
        assertThat(scene.file.isReserved()).isEqualTo(c.protocol.asks());
        assertWritable(scene);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void holdsTheFolioLockWhereTheProtocolSaysSo(Case c) {
        DiskScene scene = c.scene()
                .expectPtl(true, DiskScene.SET_ENTRY, 1)
                .expectPtl(false, DiskScene.MARK, 1)
                .expectLocked(c.protocol.locksToMap(c.mapped), DiskScene.SET_ENTRY, 1)
                .expectLocked(c.protocol.locksToMark(c.mapped), DiskScene.MARK, c.protocol.asks() ? 2 : 1);
        if (c.protocol.asks()) {
            scene.expectLocked(true, ASK, 1).expectLocked(true, DiskScene.MARK, 1);
        }
        List<String> log = scene.machine.logOf(() -> handle(scene, c));
        assertThat(log)
                .containsSubsequence(DiskScene.TAKE_PTL, DiskScene.SET_ENTRY, DiskScene.DROP_PTL, DiskScene.MARK);
        if (c.protocol.asks()) {
            assertThat(log).containsSubsequence(ASK, DiskScene.MARK, DiskScene.SET_ENTRY);
        }
        assertWritable(scene);
    }

    @ParameterizedTest
    @MethodSource("asking")
    void pageMkwriteWaitsForStablePagesLockedAndReserved(Case c) {
        DiskScene scene = c.scene().flagged(Folio.WRITEBACK).expectLocked(true, "await folio.flags", 1);
        scene.machine.before("await folio.flags", 1, () -> {
            assertThat(scene.file.isReserved()).isTrue();
            scene.cleared(Folio.WRITEBACK);
        });
        assertThat(handle(scene, c)).isEqualTo(End.MADE_WRITABLE);
        assertWritable(scene);
        DiskScene hasty = c.scene().flagged(Folio.WRITEBACK);
        assertThat(handle(hasty, c.protocol.steps.without(Step.WAIT_STABLE))).isEqualTo(End.MADE_WRITABLE);
        assertThat(hasty.folio.test(Folio.WRITEBACK)).isTrue();
        assertWritable(hasty);
    }

    @Test
    void findsNoPageToMap() {
        DiskScene gone = DiskScene.plain().truncated();
        assertThat(handle(gone, MAINLINE)).isEqualTo(End.SIGBUS);
        assertRefused(gone);
        DiskScene behind = DiskScene.plain();
        behind.file.inode.size.writeOnce(0);
        assertThat(handle(behind, MAINLINE)).isEqualTo(End.SIGBUS);
        assertRefused(behind);
    }

    /** Each access at which the folio may turn out to have left the file, up to the last look at its mapping. */
    @ParameterizedTest
    @ValueSource(strings = {"addUnless folio.refcount FULL", "readOnce page_cache[0]", DiskScene.LOCK_FOLIO})
    void refusesAFolioThatLeavesTheFileWhileItIsLookedUp(String access) {
        for (Protocol protocol : Protocol.values()) {
            DiskScene scene = DiskScene.plain();
            scene.machine.before(access, 1, scene::truncated);
            assertThat(handle(scene, protocol.steps)).as("%s", protocol).isEqualTo(End.TRUNCATED);
            assertThat(scene.file.isReserved()).isFalse();
            assertRefused(scene);
        }
    }

    @ParameterizedTest
    @MethodSource("asking")
    void refusesAFolioThatLeavesTheFileBeforeTheFilesystemLocksIt(Case c) {
        DiskScene scene = c.scene();
        scene.machine.before(DiskScene.LOCK_FOLIO, c.nthLock(), scene::truncated);
        assertThat(handle(scene, c)).isEqualTo(End.TRUNCATED);
        assertThat(scene.file.isReserved()).isFalse();
        assertRefused(scene);
        DiskScene shrunk = c.scene();
        shrunk.machine.before(DiskScene.LOCK_FOLIO, c.nthLock(), () -> shrunk.file.inode.size.writeOnce(0));
        assertThat(handle(shrunk, c)).isEqualTo(End.TRUNCATED);
        assertThat(shrunk.file.isReserved()).isFalse();
        shrunk.assertConserved();
    }

    @Test
    void relockingFindsThatTheFolioHasLeftTheFile() {
        Case missing = new Case(Protocol.RELOCK, false);
        DiskScene scene = missing.scene();
        scene.machine.before(DiskScene.LOCK_FOLIO, 3, scene::truncated);
        assertThat(handle(scene, missing)).isEqualTo(End.TRUNCATED);
        assertRefused(scene);
    }

    /** {@code do_wp_page} never locks again: it compares the entry, which a truncation would have zapped. */
    @Test
    void aMappedFolioIsNotRelocked() {
        Case mapped = new Case(Protocol.RELOCK, true);
        DiskScene scene = mapped.scene();
        assertThat(scene.machine.logOf(() -> handle(scene, mapped)))
                .filteredOn(DiskScene.LOCK_FOLIO::equals)
                .hasSize(1);
        assertWritable(scene);
    }

    /** What relocking does not find: the filesystem's agreement is spent, and the entry becomes writable all the same. */
    @Test
    void relockingDoesNotFindThatTheFolioWasWritten() {
        DiskScene scene = DiskScene.plain();
        scene.machine.before(DiskScene.LOCK_FOLIO, 3, scene::writeback);
        assertThat(handle(scene, Protocol.RELOCK.steps)).isEqualTo(End.MADE_WRITABLE);
        assertThat(scene.file.isReserved()).isFalse();
        assertWritable(scene);
    }

    /** Nobody looks again: a page is mapped that has left the file, and its put does not free it. */
    @Test
    void withoutAnyLockAFolioIsMappedThatHasLeftTheFile() {
        DiskScene scene = DiskScene.plain();
        scene.machine.before(DiskScene.TAKE_PTL, 1, scene::truncated);
        assertThat(handle(scene, Protocol.NO_LOCK.steps)).isEqualTo(End.MADE_WRITABLE);
        assertThat(Pte.isWritable(scene.pte())).isTrue();
        assertThat(scene.folio.mapping.readOnce()).isEqualTo(Folio.NO_MAPPING);
        scene.assertConserved();
    }

    /** A missing page; an entry that is present is compared itself, which is enough. */
    @Test
    void aCountThatMovedIsNoticedWhereThePageWasMissing() {
        DiskScene scene = DiskScene.plain();
        scene.machine.before(DiskScene.TAKE_PTL, 1, () -> scene.file.inode.truncateCount.add(1));
        assertThat(handle(scene, Protocol.TRUNCATE_COUNT.steps)).isEqualTo(End.COUNT_MOVED);
        assertRefused(scene);
        for (boolean mapped : new boolean[] {false, true}) {
            DiskScene before = new Case(Protocol.TRUNCATE_COUNT, mapped).scene();
            before.file.inode.truncateCount.writeOnce(3);
            assertThat(handle(before, Protocol.TRUNCATE_COUNT.steps))
                    .as("it has not moved since the fault began")
                    .isEqualTo(End.MADE_WRITABLE);
            assertWritable(before);
        }
        DiskScene uncounted = DiskScene.plain();
        uncounted.machine.before(DiskScene.TAKE_PTL, 1, () -> uncounted.file.inode.truncateCount.add(1));
        assertThat(handle(uncounted, MAINLINE)).isEqualTo(End.MADE_WRITABLE);
        assertWritable(uncounted);
    }

    @Test
    void theCountIsSampledBeforeThePageIsLookedUp() {
        DiskScene scene = DiskScene.plain();
        assertThat(scene.machine.logOf(() -> handle(scene, Protocol.TRUNCATE_COUNT.steps)))
                .containsSubsequence(
                        "loadAcquire inode.truncate_count",
                        "loadAcquire page_cache[0]",
                        "readOnce inode.i_size",
                        DiskScene.TAKE_PTL,
                        "readOnce inode.truncate_count",
                        DiskScene.SET_ENTRY);
        assertThat(scene.machine.logOf(() -> handle(DiskScene.plain(), MAINLINE)))
                .doesNotContain("loadAcquire inode.truncate_count", "readOnce inode.truncate_count");
    }

    /** Somebody else's fault was faster. */
    @ParameterizedTest
    @EnumSource
    void leavesAnEntryAloneThatAppearedMeanwhile(Protocol protocol) {
        DiskScene scene = DiskScene.plain();
        scene.machine.before(DiskScene.TAKE_PTL, 1, () -> {
            scene.mapped(DiskScene.READ_ONLY);
            scene.file.inode.truncateCount.add(1);
        });
        assertThat(handle(scene, protocol.steps)).isEqualTo(End.PTE_CHANGED);
        assertThat(scene.pte()).isEqualTo(Pte.present(1, DiskScene.READ_ONLY));
        scene.assertConserved();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void leavesAnEntryAloneThatVanishedMeanwhile(Case c) {
        for (int nth = 1; c.mapped && nth <= c.nthPtl(); nth++) {
            DiskScene scene = c.scene();
            scene.machine.before(DiskScene.TAKE_PTL, nth, scene::unmapped);
            assertThat(handle(scene, c)).isEqualTo(End.PTE_CHANGED);
            assertThat(scene.file.isReserved())
                    .as("asked before the second look")
                    .isEqualTo(nth == 2);
            assertRefused(scene);
        }
    }

    @Test
    void withoutARecheckAnEntryThatAppearedIsOverwrittenAndCountedTwice() {
        DiskScene scene = DiskScene.plain();
        scene.machine.before(DiskScene.TAKE_PTL, 1, () -> scene.mapped(DiskScene.READ_ONLY));
        assertThat(handle(scene, MAINLINE.without(Step.RECHECK_PTE))).isEqualTo(End.MADE_WRITABLE);
        assertThat(scene.pte()).isEqualTo(Pte.present(1, DiskScene.WRITABLE));
        assertThat(scene.folio.mapcount.readOnce()).isEqualTo(2);
        assertThat(scene.folio.refcount.readOnce()).isEqualTo(3);
        AnonScene.assertIdle(scene.machine);
    }

    /** Without page_mkwrite the entry is writable first; then whoever cleans the folio has to be waited for, or is not. */
    @ParameterizedTest
    @EnumSource(names = {"NO_MKWRITE", "NO_MKWRITE_WAIT", "NO_MKWRITE_NO_SYNC"})
    void aCleanerThatHoldsTheLockIsWaitedForWithTheEntryWritable(Protocol protocol) {
        DiskScene scene = DiskScene.plain().mapped(DiskScene.READ_ONLY).dirty();
        scene.folio.lock.lock();
        Runnable cleanerEnds = () -> {
            assertThat(Pte.isWritable(scene.pte())).isTrue();
            scene.cleared(Folio.DIRTY);
            scene.folio.lock.unlock();
        };
        switch (protocol) {
            case NO_MKWRITE -> scene.machine.before(DiskScene.LOCK_FOLIO, 1, cleanerEnds);
            case NO_MKWRITE_WAIT -> scene.machine.before("await folio.flags", 1, cleanerEnds);
            default -> {}
        }
        assertThat(handle(scene, protocol.steps)).isEqualTo(End.MADE_WRITABLE);
        if (protocol == Protocol.NO_MKWRITE_NO_SYNC) {
            cleanerEnds.run();
            assertThat(scene.isDirty()).as("the mark came too early").isFalse();
        } else {
            assertThat(scene.isDirty()).isTrue();
        }
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pageMkwriteReturnsLockedOnlyIfItAgrees(boolean agrees) {
        DiskScene scene = agrees ? DiskScene.plain() : DiskScene.plain().truncated();
        assertThat(scene.fault(MAINLINE).pageMkwrite(scene.folio)).isEqualTo(agrees);
        assertThat(scene.folio.lock.isLocked()).isEqualTo(agrees);
        assertThat(scene.isDirty()).isEqualTo(agrees);
        DiskScene unlocked = DiskScene.plain();
        assertThat(unlocked.fault(Protocol.RELOCK.steps).pageMkwrite(unlocked.folio))
                .isTrue();
        unlocked.assertConserved();
    }
}
