// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Folio;
import pagerace.mm.Inode;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;
import pagerace.mm.op.HolePunch.Punched;
import pagerace.mm.op.HolePunch.Step;

class HolePunchTest {
    private static final Kernel MAINLINE = Linux.MAINLINE;
    private static final Kernel TRUNCATION = MAINLINE.with(HolePunch.Step.class, HolePunch.truncation(MAINLINE));
    private static final Kernel INVALIDATION = MAINLINE.with(HolePunch.Step.class, HolePunch.invalidation(MAINLINE));
    private static final Punched QUIET = new Punched(false, false);
    private static final Punched REZAPPED = new Punched(true, false);
    private static final Punched SKIPPED = new Punched(false, true);
    /** Where the first pass comes to the first page. */
    private static final String FIRST_PASS = "trylock folio.flags";

    private static void assertGone(FileScene scene) {
        assertThat(scene.holds(0)).isFalse();
        assertThat(scene.holds(1)).isFalse();
        assertThat(scene.folio.mapping.readOnce()).isEqualTo(Folio.NO_MAPPING);
        assertThat(scene.folio.refcount.readOnce()).isZero();
        assertThat(scene.file.iPrivate.readOnce()).isEqualTo(Inode.NO_PUNCH);
        scene.assertConserved();
    }

    @Test
    void removesWhatNobodyMaps() {
        FileScene scene = FileScene.unmapped();
        assertThat(scene.punch(MAINLINE)).isEqualTo(QUIET);
        assertGone(scene);
        assertThat(scene.file.size.readOnce()).as("a hole is no truncation").isEqualTo(2);
    }

    @Test
    void zapsWhatIsMapped() {
        FileScene scene = FileScene.unmapped().mapped(FileScene.MAPPED);
        assertThat(scene.punch(MAINLINE)).isEqualTo(QUIET);
        assertThat(scene.pte()).isZero();
        assertGone(scene);
    }

    @Test
    void isPublishedFromBeginningToEnd() {
        FileScene scene = FileScene.unmapped().mapped(FileScene.MAPPED);
        scene.machine.before(
                "xchg mm.pte FULL",
                1,
                () -> assertThat(scene.file.iPrivate.readOnce()).isEqualTo(Inode.PUNCHING));
        scene.machine.before(
                "writeOnce page_cache[1]",
                1,
                () -> assertThat(scene.file.iPrivate.readOnce()).isEqualTo(Inode.PUNCHING));
        scene.punch(MAINLINE);
        assertGone(scene);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theFirstZapLeavesMarkersSinceTheyExist(boolean leave) {
        FileScene scene = FileScene.unmapped().mapped(Pte.ACCESSED | Pte.UFFD_WP);
        scene.punch(leave ? MAINLINE : MAINLINE.without(Step.LEAVE_MARKERS));
        assertThat(scene.pte()).isEqualTo(leave ? Pte.uffdWpMarker() : Pte.NONE);
        assertGone(scene);
        FileScene plain = FileScene.unmapped().mapped(Pte.ACCESSED);
        plain.punch(MAINLINE);
        assertThat(plain.pte()).as("nothing to remember").isZero();
    }

    @Test
    void theSecondZapLeavesNoMarker() {
        FileScene scene = FileScene.unmapped();
        scene.machine.before(FIRST_PASS, 1, () -> scene.mapped(Pte.ACCESSED | Pte.UFFD_WP));
        assertThat(scene.punch(MAINLINE)).isEqualTo(REZAPPED);
        assertThat(scene.pte()).isZero();
        assertGone(scene);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void zapsAgainWhatWasMappedBehindTheFirstZap(boolean again) {
        FileScene scene = FileScene.unmapped();
        scene.machine.before(FIRST_PASS, 1, () -> scene.mapped(FileScene.MAPPED));
        assertThat(scene.punch(again ? MAINLINE : MAINLINE.without(Step.SECOND_ZAP)))
                .isEqualTo(again ? REZAPPED : QUIET);
        if (again) {
            assertGone(scene);
        } else {
            assertThat(scene.pte()).as("stale").isEqualTo(Pte.present(1, FileScene.MAPPED));
            assertThat(scene.folio.mapping.readOnce()).isEqualTo(Folio.NO_MAPPING);
            scene.assertCounts(0);
        }
    }

    @Test
    void withoutAFirstZapTheSecondDoesItAll() {
        FileScene scene = FileScene.unmapped().mapped(FileScene.MAPPED);
        assertThat(scene.punch(MAINLINE.without(Step.FIRST_ZAP))).isEqualTo(REZAPPED);
        assertGone(scene);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theSecondZapSeesPmdEntries(boolean sees) {
        FileScene scene = FileScene.huge();
        scene.machine.before(FIRST_PASS, 1, () -> scene.mapAt(scene.mm.table.pmd(), FileScene.MAPPED));
        Kernel steps = sees ? MAINLINE : MAINLINE.without(Step.SECOND_ZAP_SEES_PMD);
        assertThat(scene.punch(steps)).isEqualTo(REZAPPED);
        assertThat(scene.mm.table.pmd().word.readOnce()).isEqualTo(sees ? Pte.NONE : Pte.present(1, FileScene.MAPPED));
        assertThat(scene.folio.mapping.readOnce()).isEqualTo(Folio.NO_MAPPING);
        scene.assertCounts(0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theFirstZapSeesPmdEntriesAnyway(boolean secondSees) {
        FileScene scene = FileScene.huge();
        scene.mapAt(scene.mm.table.pmd(), FileScene.MAPPED);
        assertThat(scene.punch(secondSees ? MAINLINE : MAINLINE.without(Step.SECOND_ZAP_SEES_PMD)))
                .isEqualTo(QUIET);
        assertThat(scene.mm.table.pmd().word.readOnce()).isZero();
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theSecondPassWaitsForWhatTheFirstFoundLocked(boolean secondPass) {
        FileScene scene = FileScene.unmapped();
        scene.folio.lock.lock();
        if (secondPass) {
            scene.machine.before("lock folio.flags", 1, scene.folio.lock::unlock);
        }
        assertThat(scene.punch(secondPass ? MAINLINE : MAINLINE.without(Step.SECOND_PASS)))
                .isEqualTo(SKIPPED);
        if (secondPass) {
            assertGone(scene);
        } else {
            assertThat(scene.holds(0)).as("skipped for good").isTrue();
            assertThat(scene.folio.data.readOnce()).isEqualTo(FileScene.CONTENT);
            scene.folio.lock.unlock();
            scene.assertConserved();
        }
    }

    @Test
    void theSecondPassZapsAsWell() {
        FileScene scene = FileScene.unmapped();
        scene.folio.lock.lock();
        scene.machine.before("lock folio.flags", 1, () -> {
            scene.mapped(FileScene.MAPPED);
            scene.folio.lock.unlock();
        });
        assertThat(scene.punch(MAINLINE)).isEqualTo(new Punched(true, true));
        assertGone(scene);
    }

    @Test
    void leavesAFolioAloneThatIsNoLongerOfTheFile() {
        FileScene scene = FileScene.unmapped();
        scene.machine.before(FIRST_PASS, 1, scene::leaveFile);
        assertThat(scene.punch(MAINLINE)).isEqualTo(QUIET);
        assertGone(scene);
    }

    @Test
    void zeroesAtTheEdgeWhatCannotBeSplit() {
        FileScene scene = FileScene.unmapped();
        Kernel steps = MAINLINE.without(Step.SECOND_PASS).with(Step.ZERO_IN_PLACE);
        scene.machine.before(
                "writeOnce folio.data",
                1,
                () -> assertThat(scene.folio.lock.isLocked()).isTrue());
        assertThat(scene.punch(steps)).isEqualTo(QUIET);
        assertThat(scene.holds(0)).isTrue();
        assertThat(scene.folio.data.readOnce()).isZero();
        assertThat(scene.second.data.readOnce()).isZero();
        scene.assertConserved();
    }

    @Test
    void aPunchLeavesPrivateCopiesAlone() {
        FileScene scene = FileScene.unmapped().copied();
        scene.punch(MAINLINE);
        assertThat(scene.pte()).isEqualTo(Pte.present(3, FileScene.MAPPED));
        assertGone(scene);
    }

    @Test
    void aTruncationPublishesNothing() {
        FileScene scene = FileScene.unmapped();
        assertThat(scene.machine.logOf(() -> scene.punch(TRUNCATION))).doesNotContain("writeOnce inode.i_private");
        assertGone(scene);
    }

    @Test
    void aTruncationTakesPrivateCopiesToo() {
        FileScene scene = FileScene.unmapped().copied();
        scene.machine.before(
                "xchg mm.pte FULL",
                1,
                () -> assertThat(scene.file.size.readOnce())
                        .as("first the size")
                        .isZero());
        scene.punch(TRUNCATION.without(Step.ZAP_COPIES_AFTER));
        assertThat(scene.pte()).isZero();
        assertGone(scene);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTruncationZapsOnceMoreForCopiesMadeMeanwhile(boolean once) {
        FileScene scene = FileScene.unmapped();
        scene.machine.before(FIRST_PASS, 1, scene::copied);
        scene.punch(once ? TRUNCATION.without(Step.ZAP_COPIES_AFTER) : TRUNCATION);
        assertThat(Pte.isPresent(scene.pte())).isEqualTo(once);
        assertGone(scene);
    }

    /** Before 2.6.23 a fault that had sampled the count noticed; what the punch does not unmap it does not count. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void countsEachUnmappingOfARange(boolean counts) {
        FileScene truncated = FileScene.unmapped().mapped(FileScene.MAPPED);
        truncated.punch(counts ? TRUNCATION.with(Step.COUNT) : TRUNCATION);
        assertThat(truncated.file.truncateCount.readOnce())
                .as("each page, before the folios go and after")
                .isEqualTo(counts ? 4 : 0);
        assertGone(truncated);
        FileScene invalidated = FileScene.unmapped().mapped(FileScene.MAPPED);
        invalidated.punch(counts ? INVALIDATION.with(Step.COUNT) : INVALIDATION);
        assertThat(invalidated.file.truncateCount.readOnce())
                .as("the one page that was mapped")
                .isEqualTo(counts ? 1 : 0);
        assertGone(invalidated);
    }

    @Test
    void countsBehindTheSizeAndBeforeTheEntry() {
        FileScene scene = FileScene.unmapped().mapped(FileScene.MAPPED);
        assertThat(scene.machine.logOf(() -> scene.punch(TRUNCATION.with(Step.COUNT))))
                .containsSubsequence(
                        "writeOnce inode.i_size",
                        "lock inode.i_mmap_rwsem",
                        "smpWmb",
                        "writeOnce inode.truncate_count",
                        "xchg mm.pte FULL",
                        "fetchAdd inode.i_mmap_rwsem RELEASE");
    }

    /** The file keeps its size, and only a folio that is locked is unmapped. */
    @Test
    void anInvalidationUnmapsEachFolioUnderItsLock() {
        FileScene scene = FileScene.unmapped().mapped(Pte.ACCESSED | Pte.UFFD_WP);
        scene.machine.before(
                "xchg mm.pte FULL",
                1,
                () -> assertThat(scene.machine.named("folio.flags").readOnce() & Folio.LOCKED)
                        .isEqualTo(Folio.LOCKED));
        assertThat(scene.machine.logOf(
                        () -> assertThat(scene.punch(INVALIDATION)).isEqualTo(REZAPPED)))
                .doesNotContain("writeOnce inode.i_size", "writeOnce inode.i_private");
        assertThat(scene.file.size.readOnce()).isEqualTo(2);
        assertThat(scene.pte()).as("no marker").isZero();
        assertGone(scene);
    }

    @Test
    void anInvalidationLeavesPrivateCopiesAlone() {
        FileScene scene = FileScene.unmapped().copied();
        assertThat(scene.punch(INVALIDATION)).isEqualTo(QUIET);
        assertThat(scene.pte()).isEqualTo(Pte.present(3, FileScene.MAPPED));
        assertGone(scene);
    }

    @Test
    void anInvalidationSeesPmdEntries() {
        FileScene scene = FileScene.huge();
        scene.mapAt(scene.mm.table.pmd(), FileScene.MAPPED);
        assertThat(scene.punch(INVALIDATION)).isEqualTo(REZAPPED);
        assertThat(scene.mm.table.pmd().word.readOnce()).isZero();
        scene.assertConserved();
    }

    @Test
    void anInvalidationWaitsForWhatItFoundLocked() {
        FileScene scene = FileScene.unmapped();
        scene.folio.lock.lock();
        scene.machine.before("lock folio.flags", 1, () -> {
            scene.mapped(FileScene.MAPPED);
            scene.folio.lock.unlock();
        });
        assertThat(scene.punch(INVALIDATION)).isEqualTo(new Punched(true, true));
        assertGone(scene);
    }

    @Test
    void zapsUnderTheLocksAndFlushesBeforeItDropsTheReference() {
        FileScene scene = FileScene.unmapped().mapped(FileScene.MAPPED);
        assertThat(scene.machine.logOf(() -> scene.punch(MAINLINE.without(Step.FIRST_ZAP))))
                .containsSubsequence(
                        "lock inode.i_lock",
                        "writeOnce inode.i_private",
                        "storeRelease inode.i_lock",
                        "addUnless folio.refcount FULL",
                        FIRST_PASS,
                        "readOnce folio.mapping",
                        "readOnce folio.mapcount",
                        "lock inode.i_mmap_rwsem",
                        "lock mm.ptl",
                        "xchg mm.pte FULL",
                        "fetchAdd folio.mapcount FULL",
                        "storeRelease mm.ptl",
                        "smpMb",
                        "fetchAdd folio.refcount FULL",
                        "fetchAdd inode.i_mmap_rwsem RELEASE",
                        "lock page_cache.xa_lock",
                        "writeOnce page_cache[0]",
                        "writeOnce folio.mapping",
                        "storeRelease page_cache.xa_lock",
                        "fetchAndNot folio.flags RELEASE",
                        "lock inode.i_lock",
                        "writeOnce inode.i_private",
                        "storeRelease inode.i_lock");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onDiskATruncationCancelsWhatWasToBeWritten(boolean truncates) {
        BufferScene scene = new BufferScene(Pte.ACCESSED).held(1);
        scene.folio.flags.or(Folio.DIRTY);
        scene.punch(truncates ? TRUNCATION : INVALIDATION);
        assertThat(scene.isDirty()).isEqualTo(!truncates);
        assertThat(scene.buffers.isAttached()).isEqualTo(!truncates);
        assertThat(scene.inFile()).isFalse();
        scene.assertConserved();
    }

    @Test
    void beforeTheFolioLockEachUnmappingCountedBehindTheNewSize() {
        FileScene scene = FileScene.unmapped().mapped(FileScene.MAPPED);
        assertThat(scene.machine.logOf(
                        () -> scene.punch(TRUNCATION.with(Step.COUNT).without(Step.ZAP_COPIES_AFTER))))
                .containsSubsequence("writeOnce inode.i_size", "smpWmb", "writeOnce inode.truncate_count");
        assertThat(scene.file.truncateCount.readOnce()).as("once for each page").isEqualTo(2);
        assertGone(scene);
    }
}
