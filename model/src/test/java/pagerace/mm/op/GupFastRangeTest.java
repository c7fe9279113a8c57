// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;
import static pagerace.mm.op.GupFast.FOLL_PIN;
import static pagerace.mm.op.GupFast.FOLL_WRITE;
import static pagerace.mm.op.RangeScene.PAGES;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;
import pagerace.mm.op.GupFast.End;
import pagerace.mm.op.GupFast.GrabbedRange;
import pagerace.mm.op.GupFast.Step;

class GupFastRangeTest {
    private static final int GET = 0;
    private static final int PIN_WRITE = FOLL_PIN | FOLL_WRITE;

    private final RangeScene scene = new RangeScene();
    private final int[] pfns = new int[PAGES];

    private GupFast gup(Kernel steps) {
        return new GupFast(steps, scene.mm);
    }

    private GrabbedRange grabAll(int flags) {
        return gup(Linux.V6_1).grab(RangeScene.CPU, 0, PAGES, flags, pfns);
    }

    private void assertHeld(int first, int pages, long references) {
        for (int i = 0; i < pages; i++) {
            assertThat(pfns[i]).isEqualTo(first + i + 1);
            scene.hold(first + i, references);
        }
        scene.assertConserved();
        for (int i = 0; i < pages; i++) {
            scene.hold(first + i, -references);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {GET, FOLL_WRITE, FOLL_PIN, PIN_WRITE})
    void takesAllAndGivesThemBack(int flags) {
        GrabbedRange range = grabAll(flags);
        assertThat(range).isEqualTo(new GrabbedRange(PAGES, End.PINNED));
        assertHeld(0, PAGES, (flags & FOLL_PIN) != 0 ? Folio.PIN_BIAS : 1);
        gup(Linux.V6_1).release(range, pfns, flags);
        scene.assertConserved();
    }

    @Test
    void takesAPartOfTheTable() {
        GrabbedRange range = gup(Linux.V6_1).grab(RangeScene.CPU, 1, 2, PIN_WRITE, pfns);
        assertThat(range).isEqualTo(new GrabbedRange(2, End.PINNED));
        assertHeld(1, 2, Folio.PIN_BIAS);
    }

    @Test
    void stopsAtTheFirstPageThatIsNotThere() {
        scene.unmap(2);
        GrabbedRange range = grabAll(PIN_WRITE);
        assertThat(range).isEqualTo(new GrabbedRange(2, End.NOT_PRESENT));
        assertHeld(0, 2, Folio.PIN_BIAS);
        gup(Linux.V6_1).release(range, pfns, PIN_WRITE);
        scene.assertConserved();
    }

    @Test
    void stopsAtTheFirstPageThatItMayNotTake() {
        scene.mm.entry(1).word.writeOnce(Pte.present(2, Pte.ACCESSED));
        assertThat(grabAll(PIN_WRITE)).isEqualTo(new GrabbedRange(1, End.NOT_PERMITTED));
        assertHeld(0, 1, Folio.PIN_BIAS);
    }

    @Test
    void keepsThosePinsBeforeAnEntryThatChangedUnderIt() {
        scene.machine.before("readOnce pte[2]", 2, () -> scene.mm.entry(2).word.writeOnce(Pte.present(3, Pte.WRITE)));
        assertThat(grabAll(PIN_WRITE)).isEqualTo(new GrabbedRange(2, End.UNDONE_PTE));
        assertHeld(0, 2, Folio.PIN_BIAS);
    }

    @Test
    void comparesThePmdForEachPage() {
        scene.machine.before(
                "readOnce pmd", PAGES, () -> scene.mm.table.pmd().word.writeOnce(Pte.NONE));
        assertThat(grabAll(PIN_WRITE)).isEqualTo(new GrabbedRange(2, End.UNDONE_PTE));
        assertHeld(0, 2, Folio.PIN_BIAS);
        assertThat(grabAll(PIN_WRITE)).isEqualTo(new GrabbedRange(0, End.NOT_PRESENT));
    }

    @Test
    void takesNothingWhileTheCountIsOdd() {
        scene.mm.writeProtectSeq.writeBegin();
        assertThat(grabAll(PIN_WRITE)).isEqualTo(new GrabbedRange(0, End.SEQ_ODD));
        assertThat(grabAll(GET)).as("no pin, no question").isEqualTo(new GrabbedRange(PAGES, End.PINNED));
        assertHeld(0, PAGES, 1);
    }

    @Test
    void givesAllBackIfTheCountMovesInTheMiddle() {
        scene.machine.before("readOnce pte[2]", 1, scene::moveSeq);
        assertThat(grabAll(PIN_WRITE)).isEqualTo(new GrabbedRange(0, End.UNDONE_SEQ));
        scene.assertConserved();
    }

    @Test
    void givesBackWhatItHasIfItStoppedAndTheCountMoved() {
        scene.unmap(2);
        scene.machine.before("readOnce pte[2]", 1, scene::moveSeq);
        assertThat(grabAll(PIN_WRITE)).isEqualTo(new GrabbedRange(0, End.UNDONE_SEQ));
        scene.assertConserved();
    }

    @Test
    void doesNotAskForTheCountIfItHasNothing() {
        scene.unmap(0);
        scene.machine.before("readOnce pte[0]", 1, scene::moveSeq);
        assertThat(grabAll(PIN_WRITE)).isEqualTo(new GrabbedRange(0, End.NOT_PRESENT));
        scene.assertConserved();
    }

    @Test
    void mutantMarksTheAddressSpaceOnceAndLast() {
        Kernel steps = Linux.V6_1.without(Step.SET_HAS_PINNED).with(Step.SET_HAS_PINNED_LATE);
        assertThat(scene.machine.logOf(() -> gup(steps).grab(RangeScene.CPU, 0, PAGES, PIN_WRITE, pfns)))
                .endsWith("readOnce parent.write_protect_seq", "readOnce parent.flags")
                .containsOnlyOnce("readOnce parent.flags");
    }

    @Test
    void doesOnceWhatNeedNotBeDoneForEachPage() {
        assertThat(scene.machine.logOf(() -> grabAll(PIN_WRITE)))
                .containsExactlyElementsOf(Stream.of(
                                List.of(
                                        "readOnce parent.flags",
                                        "loadAcquire parent.write_protect_seq",
                                        "readOnce irqs-off[0]",
                                        "storeRelease irqs-off[0]",
                                        "smpMb",
                                        "readOnce pmd"),
                                IntStream.range(0, PAGES)
                                        .boxed()
                                        .flatMap(i -> pinOf(i).stream())
                                        .toList(),
                                List.of(
                                        "readOnce irqs-off[0]",
                                        "storeRelease irqs-off[0]",
                                        "smpRmb",
                                        "readOnce parent.write_protect_seq"))
                        .flatMap(List::stream)
                        .toList());
    }

    private static List<String> pinOf(int index) {
        String head = "loadAcquire compound_head[" + (index + 1) + "]";
        String refcount = "folio" + index + ".refcount";
        return List.of(
                "readOnce pte[" + index + "]",
                head,
                "addUnless " + refcount + " FULL",
                head,
                "fetchAdd " + refcount + " RELAXED",
                "smpMbAfterAtomic",
                "readOnce pmd",
                "readOnce pte[" + index + "]");
    }

    @ParameterizedTest
    @ValueSource(ints = {GET, FOLL_PIN, PIN_WRITE})
    void aRangeOfOneIsACallForOnePage(int flags) {
        GupFast gup = gup(Linux.V6_1);
        List<String> one =
                scene.machine.logOf(() -> gup.release(gup.grab(RangeScene.CPU, scene.mm.entry(1), flags), flags));
        List<String> range =
                scene.machine.logOf(() -> gup.release(gup.grab(RangeScene.CPU, 1, 1, flags, pfns), pfns, flags));
        assertThat(range).isEqualTo(one);
    }

    @Test
    void leavesTheRestOfTheArrayAlone() {
        Arrays.fill(pfns, -1);
        scene.unmap(1);
        assertThat(grabAll(PIN_WRITE).pages()).isEqualTo(1);
        assertThat(pfns).containsExactly(1, -1, -1, -1);
    }
}
