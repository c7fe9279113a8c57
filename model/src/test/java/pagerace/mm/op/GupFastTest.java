// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;
import static pagerace.mm.op.GupFast.FOLL_LONGTERM;
import static pagerace.mm.op.GupFast.FOLL_PIN;
import static pagerace.mm.op.GupFast.FOLL_WRITE;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.machine.TlbProfile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;
import pagerace.mm.op.GupFast.End;
import pagerace.mm.op.GupFast.Grab;
import pagerace.mm.op.GupFast.Step;

class GupFastTest {
    private static final int GET = 0;
    private static final String DROP_PIN = "fetchAdd folio.refcount FULL";
    private static final int PIN = FOLL_PIN;
    private static final int[] ALL_FLAGS = {GET, FOLL_WRITE, PIN, PIN | FOLL_WRITE};

    enum Release {
        V5_8(Linux.V5_8),
        V5_9(Linux.V5_9),
        V5_11(Linux.V5_11),
        V5_14(Linux.V5_14),
        V5_19(Linux.V5_19),
        V6_1(Linux.V6_1);

        final Kernel steps;

        Release(Kernel steps) {
            this.steps = steps;
        }

        boolean isSince(Release other) {
            return compareTo(other) >= 0;
        }
    }

    /** A release, flags, and the size of the folio. */
    record Case(Release release, int flags, boolean large) {
        boolean pin() {
            return (flags & PIN) != 0;
        }

        boolean watchesSeq() {
            return pin() && release.isSince(Release.V5_11);
        }

        /** An exclusive page mapped writable. */
        AnonScene scene() {
            return new AnonScene(large, Pte.WRITE | Pte.DIRTY).exclusive();
        }

        Grab grab(AnonScene scene) {
            return gup(scene).grab(AnonScene.CPU, scene.entry, flags);
        }

        GupFast gup(AnonScene scene) {
            return new GupFast(release.steps, scene.mm);
        }

        @Override
        public String toString() {
            return release
                    + (pin() ? " PIN" : " GET")
                    + ((flags & FOLL_WRITE) == 0 ? "" : " WRITE")
                    + (large ? " large" : " small");
        }
    }

    static Stream<Case> cases() {
        return Stream.of(Release.values())
                .flatMap(release -> Stream.of(false, true)
                        .flatMap(large -> Stream.of(0, 1, 2, 3).map(i -> new Case(release, ALL_FLAGS[i], large))));
    }

    private static void assertEndsWith(End end, Case c, AnonScene scene) {
        Grab grab = c.grab(scene);
        assertThat(grab.end()).isEqualTo(end);
        if (end == End.PINNED) {
            hold(scene, c.pin());
        } else {
            assertThat(grab.pfn()).isZero();
            assertThat(grab.isPinned()).isFalse();
        }
        scene.assertConserved();
    }

    private static void hold(AnonScene scene, boolean pin) {
        if (pin) {
            scene.pins++;
        } else {
            scene.holders++;
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void pinsAndGivesBack(Case c) {
        AnonScene scene = c.scene();
        GupFast gup = c.gup(scene);
        Grab grab = gup.grab(AnonScene.CPU, scene.entry, c.flags);
        assertThat(grab).isEqualTo(new Grab(End.PINNED, 1));
        assertThat(scene.folio.maybePinned()).isEqualTo(c.pin());
        assertThat(scene.mm.hasPinned()).isEqualTo(c.pin() && c.release.isSince(Release.V5_9));
        hold(scene, c.pin());
        scene.assertConserved();

        gup.release(grab, c.flags);
        scene.pins = 0;
        scene.holders = 0;
        scene.assertConserved();
        assertThat(scene.mm.hasPinned()).as("never cleared").isEqualTo(c.pin() && c.release.isSince(Release.V5_9));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void leavesAPageToForkWhileTheCountIsOdd(Case c) {
        AnonScene scene = c.scene();
        scene.mm.writeProtectSeq.writeBegin();
        assertEndsWith(c.watchesSeq() ? End.SEQ_ODD : End.PINNED, c, scene);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void undoesWhatForkOvertook(Case c) {
        AnonScene scene = c.scene();
        if (c.watchesSeq()) {
            scene.machine.before("readOnce parent.write_protect_seq", 1, () -> {
                scene.mm.writeProtectSeq.increment();
                scene.mm.writeProtectSeq.increment();
            });
        }
        assertEndsWith(c.watchesSeq() ? End.UNDONE_SEQ : End.PINNED, c, scene);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void undoesIfAnyBitOfTheEntryChanged(Case c) {
        AnonScene scene = c.scene();
        scene.machine.before(AnonScene.READ_PTE, 2, () -> scene.setPte(scene.pte() | Pte.ACCESSED));
        assertEndsWith(End.UNDONE_PTE, c, scene);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void comparesThePmdSinceItCanBeCollapsed(Case c) {
        boolean compares = c.release.isSince(Release.V6_1);
        AnonScene scene = c.scene();
        if (compares) {
            scene.machine.before(
                    "readOnce parent.pmd", 2, () -> scene.mm.table.pmd().word.writeOnce(Pte.NONE));
        }
        assertEndsWith(compares ? End.UNDONE_PTE : End.PINNED, c, scene);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void pinsForReadingOnlyWhatIsExclusive(Case c) {
        boolean insists = c.release.isSince(Release.V5_19) && c.flags == PIN;
        AnonScene shared = new AnonScene(c.large, 0);
        boolean writes = (c.flags & FOLL_WRITE) != 0;
        assertEndsWith(writes ? End.NOT_PERMITTED : insists ? End.UNDONE_EXCLUSIVE : End.PINNED, c, shared);
        if (!writes) {
            assertEndsWith(End.PINNED, c, new AnonScene(c.large, 0).exclusive());
            AnonScene file = new AnonScene(c.large, 0);
            file.folio.mapping.writeOnce(Folio.SHMEM);
            assertEndsWith(End.PINNED, c, file);
        }
        assertEndsWith(End.PINNED, c, new AnonScene(c.large, Pte.WRITE)); // a writable entry is proof enough
    }

    @ParameterizedTest
    @MethodSource("cases")
    void neverTakesAFrozenFolio(Case c) {
        AnonScene scene = c.scene();
        scene.folio.refcount.writeOnce(0);
        assertThat(c.grab(scene)).isEqualTo(new Grab(End.FROZEN, 0));
        assertThat(scene.folio.refcount.readOnce()).isZero();
        if (c.large) {
            assertThat(scene.folio.pincount().readOnce()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Pte.SWAP | 1 << 16, Pte.MIGRATION | Pte.WRITE | 1 << 16, Pte.MARKER | Pte.UFFD_WP})
    void findsNothingPresent(long entry) {
        for (int flags : ALL_FLAGS) {
            AnonScene scene = AnonScene.writable();
            scene.setPte(entry);
            assertThat(new Case(Release.V6_1, flags, false).grab(scene).end()).isEqualTo(End.NOT_PRESENT);
            assertThat(scene.folio.refcount.readOnce()).isEqualTo(1);
        }
    }

    @Test
    void tellsWhatWasUndone() {
        assertThat(End.values())
                .filteredOn(End::isUndone)
                .containsExactly(End.UNDONE_PTE, End.UNDONE_EXCLUSIVE, End.UNDONE_ADMISSION, End.UNDONE_SEQ);
    }

    @Test
    void walksNoFurtherThanAPmdThatIsNoTable() {
        AnonScene scene = AnonScene.writable();
        scene.mm.table.pmd().word.writeOnce(Pte.present(1, Pte.WRITE));
        assertEndsWith(End.NOT_PRESENT, new Case(Release.V6_1, PIN, false), scene);
    }

    @Test
    void aLeafAtTheTopHasNothingAboveToCompare() {
        AnonScene scene = new AnonScene(true, Pte.NONE);
        Entry pmd = scene.mm.table.pmd();
        pmd.word.writeOnce(Pte.present(1, Pte.WRITE));
        List<String> log = scene.machine.logOf(
                () -> assertThat(new GupFast(Linux.V6_1, scene.mm).grab(AnonScene.CPU, pmd, PIN | FOLL_WRITE))
                        .isEqualTo(new Grab(End.PINNED, 1)));
        assertThat(log)
                .filteredOn("readOnce parent.pmd"::equals)
                .as("read, and read again")
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {Pte.PROTNONE, Pte.SPECIAL})
    void leavesHintingAndSpecialEntriesAlone(long flag) {
        for (int flags : ALL_FLAGS) {
            assertEndsWith(
                    End.NOT_PERMITTED, new Case(Release.V6_1, flags, false), new AnonScene(false, Pte.WRITE | flag));
        }
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void looksTheFolioUpAgainSinceItCanBeSplit(Release release) {
        AnonScene scene = AnonScene.writable().exclusive();
        scene.spare.refcount.writeOnce(1);
        boolean looks = release.isSince(Release.V5_14);
        if (looks) {
            scene.machine.before("loadAcquire compound_head[1]", 2, () -> setHead(scene, 2));
        }
        Grab grab = new Case(release, PIN | FOLL_WRITE, false).grab(scene);
        assertThat(grab).isEqualTo(new Grab(End.PINNED, looks ? 2 : 1));
        assertThat(scene.folio.refcount.readOnce()).isEqualTo(looks ? 1 : 1 + Folio.PIN_BIAS);
        assertThat(scene.spare.refcount.readOnce()).isEqualTo(looks ? 1 + Folio.PIN_BIAS : 1);
    }

    @Test
    void givesUpWhenTheFolioKeepsChanging() {
        AnonScene scene = AnonScene.writable().exclusive();
        scene.spare.refcount.writeOnce(1);
        scene.machine.before("loadAcquire compound_head[1]", 2, () -> setHead(scene, 2));
        scene.machine.before("loadAcquire compound_head[1]", 4, () -> setHead(scene, 1));
        assertThat(scene.machine.logOf(() -> assertThat(new Case(Release.V6_1, PIN, false).grab(scene))
                        .isEqualTo(new Grab(End.GAVE_UP, 0))))
                .contains("fetchAdd folio.refcount FULL", "fetchAdd spare.refcount FULL");
        scene.spare.refcount.add(-1);
        scene.assertConserved();
    }

    private static void setHead(AnonScene scene, int pfn) {
        scene.machine.named("compound_head[1]").writeOnce(pfn);
    }

    @Test
    void mutantThatDoesNotCompareTheEntryPinsAllTheSame() {
        AnonScene scene = AnonScene.writable().exclusive();
        scene.machine.before("fetchAdd folio.refcount RELAXED", 1, () -> scene.setPte(Pte.NONE));
        assertThat(grab(scene, Linux.V6_1.without(Step.RECHECK_PTE), PIN).end()).isEqualTo(End.PINNED);
    }

    @Test
    void mutantThatComparesTheCountTooEarlyPinsAllTheSame() {
        Kernel steps = Linux.V6_1.without(Step.RECHECK_SEQ).with(Step.RECHECK_SEQ_BEFORE_GRAB);
        AnonScene late = AnonScene.writable().exclusive();
        late.mm.writeProtectSeq.increment();
        late.mm.writeProtectSeq.increment();
        late.machine.before(AnonScene.READ_PTE, 2, () -> {
            late.mm.writeProtectSeq.increment();
            late.mm.writeProtectSeq.increment();
        });
        assertThat(grab(late, steps, PIN).end()).isEqualTo(End.PINNED);
        AnonScene early = AnonScene.writable().exclusive();
        early.machine.before("readOnce parent.write_protect_seq", 1, () -> early.mm.writeProtectSeq.increment());
        assertThat(grab(early, steps, PIN).end()).isEqualTo(End.SEQ_ODD);
        early.assertConserved();
    }

    @Test
    void aPinInOneNeedsNoSecondHalfWhateverTheRelease() {
        Kernel steps = Linux.V6_1.with(Step.PIN_IN_ONE).without(Step.FENCE_AFTER_PIN);
        AnonScene scene = AnonScene.writable().exclusive();
        GupFast gup = new GupFast(steps, scene.mm);
        assertThat(scene.machine.logOf(() -> gup.grab(AnonScene.CPU, scene.entry, PIN)))
                .contains("addUnless folio.refcount FULL")
                .doesNotContain("fetchAdd folio.refcount RELAXED", "smpMbAfterAtomic");
        scene.pins = 1;
        scene.assertConserved();
        gup.release(new Grab(End.PINNED, 1), PIN);
        scene.pins = 0;
        scene.machine.before(AnonScene.READ_PTE, 2, () -> scene.setPte(scene.pte() & ~Pte.WRITE));
        assertThat(gup.grab(AnonScene.CPU, scene.entry, PIN).end()).isEqualTo(End.UNDONE_PTE);
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void mutantFencesBetweenTheHalvesOfAPin(boolean large) {
        Kernel steps = Linux.V6_1.without(Step.FENCE_AFTER_PIN).with(Step.FENCE_INSIDE_PIN);
        AnonScene scene = new AnonScene(large, Pte.WRITE).exclusive();
        assertThat(scene.machine.logOf(() -> grab(scene, steps, PIN)))
                .containsSubsequence(
                        "addUnless folio.refcount FULL",
                        "smpMb",
                        large ? "fetchAdd folio.pincount RELAXED" : "fetchAdd folio.refcount RELAXED",
                        AnonScene.READ_PTE)
                .doesNotContain("smpMbAfterAtomic");
        scene.pins = 1;
        scene.assertConserved();
    }

    @Test
    void mutantMarksTheAddressSpaceLast() {
        Kernel steps = Linux.V6_1.without(Step.SET_HAS_PINNED).with(Step.SET_HAS_PINNED_LATE);
        AnonScene scene = AnonScene.writable().exclusive();
        assertThat(scene.machine.logOf(() -> grab(scene, steps, PIN | FOLL_WRITE)))
                .endsWith(
                        "smpRmb",
                        "readOnce parent.write_protect_seq",
                        "readOnce parent.flags",
                        "fetchOr parent.flags RELAXED");
        assertThat(scene.mm.hasPinned()).isTrue();
        AnonScene undone = AnonScene.writable().exclusive();
        undone.mm.writeProtectSeq.increment();
        assertThat(grab(undone, steps, PIN).isPinned()).isFalse();
        assertThat(undone.mm.hasPinned()).isFalse();
    }

    private static Grab grab(AnonScene scene, Kernel steps, int flags) {
        return new GupFast(steps, scene.mm).grab(AnonScene.CPU, scene.entry, flags);
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void orderOfAGetHasNothingOfAPin(Release release) {
        AnonScene scene = AnonScene.readOnly();
        assertThat(scene.machine.logOf(() -> grab(scene, release.steps, GET)))
                .filteredOn(access -> !access.endsWith("compound_head[1]") && !access.endsWith("pmd"))
                .containsExactly(AnonScene.READ_PTE, "addUnless folio.refcount FULL", AnonScene.READ_PTE);
    }

    @Test
    void orderOfTheOldestPin() {
        AnonScene scene = AnonScene.writable();
        assertThat(scene.machine.logOf(() -> grab(scene, Linux.V5_8, PIN | FOLL_WRITE)))
                .containsExactly(
                        "readOnce parent.pmd",
                        AnonScene.READ_PTE,
                        "loadAcquire compound_head[1]",
                        "addUnless folio.refcount FULL",
                        AnonScene.READ_PTE);
    }

    @Test
    void orderOfAnUnfencedPin() {
        AnonScene scene = AnonScene.readOnly().exclusive().hasPinned();
        assertThat(scene.machine.logOf(() -> grab(scene, Linux.V5_19, PIN)))
                .containsExactly(
                        "readOnce parent.flags",
                        "loadAcquire parent.write_protect_seq",
                        "readOnce parent.pmd",
                        AnonScene.READ_PTE,
                        "loadAcquire compound_head[1]",
                        "addUnless folio.refcount FULL",
                        "loadAcquire compound_head[1]",
                        "fetchAdd folio.refcount RELAXED",
                        AnonScene.READ_PTE,
                        "readOnce folio.mapping",
                        "readOnce folio.flags",
                        "smpRmb",
                        "readOnce parent.write_protect_seq");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void orderOfTodaysPin(boolean large) {
        AnonScene scene = new AnonScene(large, 0, TlbProfile.IPI, false).exclusive();
        assertThat(scene.machine.logOf(() -> grab(scene, Linux.V6_1, PIN)))
                .containsExactly(
                        "readOnce parent.flags",
                        "fetchOr parent.flags RELAXED",
                        "loadAcquire parent.write_protect_seq",
                        "readOnce irqs-off[0]",
                        "storeRelease irqs-off[0]",
                        "smpMb",
                        "readOnce parent.pmd",
                        AnonScene.READ_PTE,
                        "loadAcquire compound_head[1]",
                        "addUnless folio.refcount FULL",
                        "loadAcquire compound_head[1]",
                        large ? "fetchAdd folio.pincount RELAXED" : "fetchAdd folio.refcount RELAXED",
                        "smpMbAfterAtomic",
                        "readOnce parent.pmd",
                        AnonScene.READ_PTE,
                        "readOnce folio.mapping",
                        "smpRmb",
                        "readOnce folio.flags",
                        "readOnce irqs-off[0]",
                        "storeRelease irqs-off[0]",
                        "smpRmb",
                        "readOnce parent.write_protect_seq");
    }

    private static final int LONGTERM_WRITE = FOLL_PIN | FOLL_LONGTERM | FOLL_WRITE;
    private static final String READ_MAPPING = "readOnce folio.mapping";
    private static final Kernel IN_GRAB = Linux.V6_1.with(Step.CHECK_ADMISSION_IN_GRAB);

    /** A page of a file, mapped writable. */
    private static AnonScene fileScene(boolean large, long mapping) {
        AnonScene scene = new AnonScene(large, Pte.WRITE | Pte.DIRTY);
        scene.folio.mapping.writeOnce(mapping);
        return scene;
    }

    private static Grab grab(AnonScene scene, Kernel steps, Admission admission, int flags) {
        return new GupFast(steps.with(admission), scene.mm).grab(AnonScene.CPU, scene.entry, flags);
    }

    @ParameterizedTest
    @CsvSource({
        "V6_5,             true,  FILE,       UNDONE_ADMISSION",
        "V6_5,             true,  SHMEM,      PINNED",
        "V6_5,             true,  ANON,       PINNED",
        "V6_5,             true,  NO_MAPPING, UNDONE_ADMISSION",
        "V6_5,             false, FILE,       PINNED",
        "V6_10,            false, FILE,       PINNED",
        "V6_10,            false, NO_MAPPING, UNDONE_ADMISSION",
        "TIP,              false, NO_MAPPING, PINNED",
        "TIP,              true,  NO_MAPPING, UNDONE_ADMISSION",
        "TRUNCATED_PASSES, true,  NO_MAPPING, PINNED",
    })
    void asksWhetherItMayTakeTheFolio(Admission admission, boolean longterm, String mapping, End end) {
        long value = mapping.equals("NO_MAPPING")
                ? Folio.NO_MAPPING
                : mapping.equals("ANON") ? Folio.ANON : mapping.equals("SHMEM") ? Folio.SHMEM : Folio.FILE;
        int flags = longterm ? LONGTERM_WRITE : FOLL_PIN | FOLL_WRITE;
        boolean large = admission == Admission.V6_5; // small where secret memory is looked for
        AnonScene scene = fileScene(large, value);
        boolean judged = longterm || admission != Admission.V6_5;
        boolean pinned = end == End.PINNED;
        assertThat(grab(scene, Linux.V6_5, admission, flags))
                .isEqualTo(new Grab(end, pinned ? 1 : 0, judged ? value : Grab.UNJUDGED));
        scene.pins = pinned ? 1 : 0;
        scene.assertConserved();
    }

    @Test
    void asksOnceTheEntryIsKnownToBeUnchanged() {
        AnonScene scene = fileScene(false, Folio.FILE).hasPinned();
        assertThat(scene.machine.logOf(() -> grab(scene, Linux.V6_5, Admission.V6_5, LONGTERM_WRITE)))
                .endsWith("smpMbAfterAtomic", "readOnce parent.pmd", AnonScene.READ_PTE, READ_MAPPING, DROP_PIN);
        AnonScene changed = fileScene(false, Folio.FILE);
        changed.machine.before(AnonScene.READ_PTE, 2, () -> changed.setPte(Pte.NONE));
        assertThat(grab(changed, Linux.V6_5, Admission.V6_5, LONGTERM_WRITE)).isEqualTo(new Grab(End.UNDONE_PTE, 0));
    }

    @Test
    void postedCheckAsksWithOneReferenceInHand() {
        AnonScene scene = fileScene(true, Folio.SHMEM).hasPinned();
        assertThat(scene.machine.logOf(() -> grab(scene, IN_GRAB, Admission.SERIES_V7, LONGTERM_WRITE)))
                .containsSubsequence(
                        "addUnless folio.refcount FULL",
                        "loadAcquire compound_head[1]",
                        READ_MAPPING,
                        "fetchAdd folio.pincount RELAXED",
                        "smpMbAfterAtomic",
                        "readOnce parent.pmd",
                        AnonScene.READ_PTE)
                .containsOnlyOnce(READ_MAPPING);
        AnonScene file = fileScene(true, Folio.FILE);
        assertThat(grab(file, IN_GRAB, Admission.SERIES_V7, LONGTERM_WRITE))
                .isEqualTo(new Grab(End.UNDONE_ADMISSION, 0, Folio.FILE));
        file.assertConserved();
    }

    @Test
    void postedCheckTellsByWhatItJudgedEvenWhenTheEntryChanged() {
        AnonScene scene = fileScene(false, Folio.ANON);
        scene.machine.before(AnonScene.READ_PTE, 2, () -> scene.setPte(Pte.NONE));
        assertThat(grab(scene, IN_GRAB, Admission.SERIES_V7, LONGTERM_WRITE))
                .isEqualTo(new Grab(End.UNDONE_PTE, 0, Folio.ANON));
        assertThat(scene.folio.refcount.readOnce()).isEqualTo(1);
    }

    @Test
    void postedCheckRefusesAMappingThatChangesUnderIt() {
        Kernel steps = IN_GRAB.with(Step.REREAD_MAPPING);
        AnonScene scene = fileScene(false, Folio.SHMEM);
        scene.machine.before(READ_MAPPING, 2, () -> scene.folio.mapping.writeOnce(Folio.NO_MAPPING));
        assertThat(grab(scene, steps, Admission.SERIES_V6, LONGTERM_WRITE).end())
                .isEqualTo(End.UNDONE_ADMISSION);
        scene.assertConserved();
        assertThat(grab(fileScene(false, Folio.SHMEM), steps, Admission.SERIES_V6, LONGTERM_WRITE)
                        .end())
                .isEqualTo(End.PINNED);
    }
}
