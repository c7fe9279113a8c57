// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;
import static pagerace.mm.op.GupFast.FOLL_LONGTERM;
import static pagerace.mm.op.GupFast.FOLL_PIN;
import static pagerace.mm.op.GupFast.FOLL_WRITE;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Folio;
import pagerace.mm.Pte;
import pagerace.mm.SwapSpace;
import pagerace.mm.Vma;
import pagerace.mm.op.GupFast.End;
import pagerace.mm.op.GupFast.Grab;
import pagerace.mm.op.SlowGup.Unshare;

class SlowGupTest {
    private static Grab grab(AnonScene scene, Unshare unshare, int flags) {
        return new SlowGup(Linux.MAINLINE.with(unshare), scene.mm, scene.writeFault(ReuseRule.EXCLUSIVE))
                .grab(scene.entry, flags);
    }

    @ParameterizedTest
    @CsvSource({"0,false", "0,true", "1,false", "1,true", "2,false", "2,true", "3,false", "3,true"})
    void takesAReferenceOrAPinAndGivesItBack(int flags, boolean large) {
        AnonScene scene = new AnonScene(large, Pte.WRITE).exclusive();
        Grab grab = grab(scene, Unshare.TRIGGER, flags);
        boolean pin = (flags & FOLL_PIN) != 0;
        assertThat(grab).isEqualTo(new Grab(End.PINNED, 1));
        assertThat(scene.folio.maybePinned()).isEqualTo(pin);
        assertThat(scene.mm.hasPinned()).isEqualTo(pin);
        scene.pins = pin ? 1 : 0;
        scene.holders = pin ? 0 : 1;
        scene.assertConserved();
        new GupFast(Linux.V6_1, scene.mm).release(grab, flags);
        scene.pins = 0;
        scene.holders = 0;
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(ints = {FOLL_WRITE, FOLL_WRITE | FOLL_PIN})
    void aWriteBreaksCowFirst(int flags) {
        AnonScene scene = AnonScene.readOnly().sharedWithChild();
        assertThat(grab(scene, Unshare.TRIGGER, flags)).isEqualTo(new Grab(End.PINNED, 2));
        assertThat(scene.pte()).isEqualTo(Pte.present(2, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
        assertThat(scene.child.entry(0).word.readOnce()).isEqualTo(Pte.present(1, 0));
        assertThat(scene.folio.refcount.readOnce()).as("the child's page").isEqualTo(1);
        drop(scene, flags);
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void aReadOnlyPinUnsharesSinceItMust(Unshare unshare) {
        AnonScene scene = AnonScene.readOnly().sharedWithChild();
        boolean trigger = unshare == Unshare.TRIGGER;
        assertThat(grab(scene, unshare, FOLL_PIN)).isEqualTo(new Grab(End.PINNED, trigger ? 2 : 1));
        assertThat(scene.pte()).as("read-only still").isEqualTo(Pte.present(trigger ? 2 : 1, Pte.ACCESSED));
        if (trigger) {
            drop(scene, FOLL_PIN);
        } else {
            scene.pins++;
        }
        scene.assertConserved();
    }

    @Test
    void unsharesInPlaceWhatNobodyElseHas() {
        AnonScene scene = AnonScene.readOnly();
        assertThat(grab(scene, Unshare.TRIGGER, FOLL_PIN)).isEqualTo(new Grab(End.PINNED, 1));
        assertThat(scene.isExclusive()).isTrue();
        assertThat(scene.pte()).isEqualTo(Pte.present(1, Pte.ACCESSED));
        scene.pins++;
        scene.assertConserved();
    }

    @Test
    void anOrdinaryReadReferenceNeverUnshares() {
        AnonScene scene = AnonScene.readOnly().sharedWithChild();
        assertThat(grab(scene, Unshare.TRIGGER, 0)).isEqualTo(new Grab(End.PINNED, 1));
        scene.holders++;
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void findsNothingPresent(boolean swapped) {
        AnonScene scene = swapped ? AnonScene.readOnly().swappedOut(false) : AnonScene.readOnly();
        long entry = swapped ? Pte.swap(SwapSpace.OFFSET, false) : Pte.NONE;
        scene.setPte(entry);
        assertThat(grab(scene, Unshare.TRIGGER, FOLL_PIN)).isEqualTo(new Grab(End.NOT_PRESENT, 0));
        assertThat(scene.folio.refcount.readOnce()).isEqualTo(1);
        AnonScene.assertIdle(scene.machine);
    }

    @Test
    void looksThreeTimesAtAPageThatKeepsBeingShared() {
        AnonScene scene = AnonScene.readOnly();
        for (int look = 1; look <= 3; look++) {
            int bit = look;
            scene.machine.before(
                    AnonScene.READ_PTE, 2 * look, () -> scene.setPte(Pte.present(1, bit << 2))); // not as seen
        }
        assertThat(scene.machine.logOf(
                        () -> assertThat(grab(scene, Unshare.TRIGGER, FOLL_PIN)).isEqualTo(new Grab(End.GAVE_UP, 0))))
                .as("its own looks, and those of the faults")
                .filteredOn(AnonScene.READ_PTE::equals)
                .hasSize(6);
        scene.assertConserved();
    }

    @Test
    void takesItUnderBothLocks() {
        AnonScene scene = AnonScene.writable();
        assertThat(scene.machine.logOf(() -> grab(scene, Unshare.TRIGGER, FOLL_PIN)))
                .containsExactly(
                        "readOnce parent.flags",
                        "fetchOr parent.flags RELAXED",
                        "lock parent.mmap_lock",
                        "lock parent.ptl",
                        AnonScene.READ_PTE,
                        "fetchAdd folio.refcount RELAXED",
                        "storeRelease parent.ptl",
                        "fetchAdd parent.mmap_lock RELEASE");
    }

    /** Gives back a reference to the copy. */
    private static void drop(AnonScene scene, int flags) {
        new GupFast(Linux.V6_1, scene.mm).release(new Grab(End.PINNED, 2), flags);
    }

    @ParameterizedTest
    @CsvSource({"NONE,PINNED", "SERIES_V3,REFUSED", "SERIES_V6,PINNED", "V6_5,REFUSED"})
    void asksWhetherSuchAMappingMayBeTaken(Admission admission, End end) {
        AnonScene scene = AnonScene.writable();
        scene.folio.mapping.writeOnce(Folio.FILE);
        SlowGup gup = new SlowGup(
                Linux.MAINLINE.with(Unshare.TRIGGER).with(admission),
                scene.mm,
                scene.writeFault(ReuseRule.EXCLUSIVE),
                new Vma(Vma.Backing.FILE, true));
        assertThat(gup.grab(scene.entry, FOLL_PIN | FOLL_WRITE | FOLL_LONGTERM).end())
                .isEqualTo(end);
        scene.pins = end == End.PINNED ? 1 : 0;
        scene.assertConserved();
        assertThat(gup.grab(scene.entry, FOLL_PIN | FOLL_WRITE).end())
                .as("short-term")
                .isEqualTo(End.PINNED);
    }
}
