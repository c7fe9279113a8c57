// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;
import pagerace.mm.Steps;
import pagerace.mm.op.GupWrite.Step;
import pagerace.mm.op.GupWrite.Written;

class GupWriteTest {
    private static final String STORE = "writeOnce folio.data";
    /** Behind everything that could keep writeback out, and just before the store. */
    private static final String LOOK_AT_EPOCH = "readOnce fs.reserved";

    private static final String BEGIN_PINNING = "readOnce mm.flags";

    private static final Written INSIDE = new Written(true, false, false, false);
    private static final Written OUTSIDE = new Written(true, true, false, false);
    private static final Written CLEANED = new Written(true, false, true, false);
    private static final Written FAILED = new Written(false, false, false, false);

    enum Form {
        UNLOCKED(Linux.MAINLINE.without(Step.MARK_DIRTY)),
        MAINLINE(Linux.MAINLINE),
        LOCK_NAIVE(Linux.MAINLINE.with(Step.LOCK_FOLIO)),
        LOCK_AND_RECHECK(Linux.MAINLINE.with(Step.LOCK_FOLIO).with(Step.RECHECK_PTE)),
        PAGE_MKWRITE(Linux.MAINLINE.with(Step.PAGE_MKWRITE)),
        UNDER_PTL(Linux.MAINLINE.with(Step.HOLD_PTL).with(Step.RECHECK_PTE));

        final Kernel steps;

        Form(Kernel steps) {
            this.steps = steps;
        }

        boolean locks() {
            return steps.has(Step.LOCK_FOLIO) || steps.has(Step.PAGE_MKWRITE);
        }

        boolean holdsPtl() {
            return steps.has(Step.HOLD_PTL);
        }

        boolean marks() {
            return steps.has(Step.MARK_DIRTY);
        }

        /** Where writeback can still come between the pin and the lock under which the form stores. */
        String firstLock() {
            return holdsPtl() ? DiskScene.TAKE_PTL : locks() ? DiskScene.LOCK_FOLIO : LOOK_AT_EPOCH;
        }

        Written write(DiskScene scene) {
            return GupWriteTest.write(scene, steps, locks() || holdsPtl() ? MarkDirty.UNLOCKED : MarkDirty.UNPIN);
        }
    }

    private static Written write(DiskScene scene, Kernel steps, Steps<MarkDirty.Step> mark) {
        GupFast gupFast = new GupFast(Linux.V6_1, scene.mm);
        SharedWriteFault fault = scene.fault(Linux.MAINLINE);
        Written written = new GupWrite(
                        steps.with(Admission.NONE), scene.mm, scene.file, gupFast, fault, scene.marker(mark))
                .write(DiskScene.CPU, scene.folio, DiskScene.STORED);
        assertThat(scene.folio.data.readOnce()).isEqualTo(written.stored() ? DiskScene.STORED : DiskScene.CONTENT);
        scene.assertConserved();
        return written;
    }

    /** Mapped writable, in its writable epoch, and clean, so that a mark shows. */
    private static DiskScene scene() {
        return DiskScene.plain().mapped(DiskScene.WRITABLE).reserved();
    }

    @ParameterizedTest
    @EnumSource
    void storesMarksAndUnpins(Form form) {
        DiskScene scene = scene();
        assertThat(form.write(scene)).isEqualTo(INSIDE);
        assertThat(scene.isDirty()).isEqualTo(form.marks());
        assertThat(scene.mm.hasPinned()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void storesPinnedAndUnderTheLockOfItsForm(Form form) {
        DiskScene scene = scene().expectLocked(form.locks(), STORE, 1).expectPtl(form.holdsPtl(), STORE, 1);
        scene.machine.before(
                STORE, 1, () -> assertThat(scene.folio.maybePinned()).isTrue());
        if (form.marks()) {
            int nth = form == Form.PAGE_MKWRITE ? 2 : 1;
            scene.expectLocked(!form.holdsPtl(), DiskScene.MARK, nth).expectPtl(form.holdsPtl(), DiskScene.MARK, nth);
            scene.machine.before(
                    DiskScene.MARK,
                    nth,
                    () -> assertThat(scene.folio.maybePinned())
                            .as("until it is marked")
                            .isTrue());
        }
        assertThat(form.write(scene)).isEqualTo(INSIDE);
    }

    /** Under the folio lock the entry is looked at under its own; the mark follows the store, and the pin outlasts the lock. */
    @Test
    void looksStoresMarksUnlocksAndUnpinsInThisOrder() {
        DiskScene scene = scene();
        assertThat(scene.machine.logOf(() -> Form.LOCK_AND_RECHECK.write(scene)))
                .containsSubsequence(
                        DiskScene.LOCK_FOLIO,
                        DiskScene.TAKE_PTL,
                        "readOnce mm.pte",
                        DiskScene.DROP_PTL,
                        LOOK_AT_EPOCH,
                        STORE,
                        DiskScene.MARK,
                        DiskScene.UNLOCK_FOLIO,
                        "fetchAdd folio.refcount FULL");
    }

    @Test
    void withoutAPinItNeedsNoEntry() {
        DiskScene scene = DiskScene.plain().reserved();
        assertThat(write(scene, Linux.MAINLINE.without(Step.PIN), MarkDirty.LOCKED))
                .isEqualTo(INSIDE);
        assertThat(scene.mm.hasPinned()).isFalse();
        assertThat(scene.pte()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void faultsUntilTheEntryIsWritable(boolean mapped) {
        DiskScene scene = mapped ? DiskScene.plain().mapped(DiskScene.READ_ONLY) : DiskScene.plain();
        assertThat(Form.MAINLINE.write(scene)).isEqualTo(INSIDE);
        assertThat(Pte.isWritable(scene.pte())).isTrue();
        assertThat(scene.file.isReserved()).isTrue();
    }

    @Test
    void givesUpWhereThereIsNoPage() {
        DiskScene scene = DiskScene.plain().truncated();
        assertThat(Form.MAINLINE.write(scene)).isEqualTo(FAILED);
    }

    /** The page is cleaned behind the pin: who does not look again stores outside the epoch. */
    @ParameterizedTest
    @EnumSource
    void cleanedBehindThePin(Form form) {
        DiskScene scene = scene().dirty();
        scene.machine.before(form.firstLock(), 1, scene::writeback);
        assertThat(form.write(scene))
                .isEqualTo(
                        switch (form) {
                            case UNLOCKED, MAINLINE, LOCK_NAIVE -> OUTSIDE;
                            case LOCK_AND_RECHECK, UNDER_PTL -> CLEANED;
                            case PAGE_MKWRITE -> INSIDE;
                        });
        assertThat(scene.file.isReserved())
                .as("asked again")
                .isEqualTo(form == Form.LOCK_AND_RECHECK || form == Form.UNDER_PTL || form == Form.PAGE_MKWRITE);
        assertThat(scene.isDirty()).as("or else the store is lost").isEqualTo(form.marks());
        assertThat(scene.file.disk.readOnce()).as("what was there before").isEqualTo(DiskScene.CONTENT);
    }

    /** Cleaned again behind each pin, it does not store at all rather than outside the epoch. */
    @ParameterizedTest
    @EnumSource(names = {"LOCK_AND_RECHECK", "UNDER_PTL"})
    void givesUpWhatIsCleanedEachTime(Form form) {
        DiskScene scene = scene().dirty();
        cleanBehindPins(scene, form, 3);
        assertThat(form.write(scene)).isEqualTo(new Written(false, false, true, false));
    }

    private static void cleanBehindPins(DiskScene scene, Form form, int times) {
        if (times > 0) {
            scene.machine.before(
                    BEGIN_PINNING,
                    1,
                    () -> scene.machine.before(form.firstLock(), 1, () -> {
                        scene.writeback();
                        cleanBehindPins(scene, form, times - 1);
                    }));
        }
    }

    @Test
    void aProposalMeetsWhoeverIsBusyWithTheFolio() {
        DiskScene scene = scene().flagged(Folio.WRITEBACK);
        scene.machine.before("await folio.flags", 1, () -> scene.cleared(Folio.WRITEBACK));
        assertThat(Form.PAGE_MKWRITE.write(scene)).isEqualTo(new Written(true, false, false, true));
        DiskScene locked = scene();
        locked.folio.lock.lock();
        locked.machine.before(DiskScene.LOCK_FOLIO, 1, locked.folio.lock::unlock);
        assertThat(Form.PAGE_MKWRITE.write(locked)).isEqualTo(new Written(true, false, false, true));
    }

    /** A filesystem that does not agree returns unlocked: a store now would be one that nobody keeps apart from anything. */
    @Test
    void doesNotStoreWhereTheFilesystemRefuses() {
        DiskScene scene = scene();
        scene.machine.before(DiskScene.LOCK_FOLIO, 1, scene::truncated);
        assertThat(Form.PAGE_MKWRITE.write(scene).stored()).isFalse();
        assertThat(scene.isDirty()).isFalse();
    }

    /** In whatever order: whoever calls it with the other order deadlocks. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void storesToTwoPagesWithBothLocked(boolean folioFirst) {
        DiskScene scene = DiskScene.plain();
        Folio one = folioFirst ? scene.folio : scene.copy;
        Folio other = folioFirst ? scene.copy : scene.folio;
        GupWrite write = new GupWrite(
                Linux.MAINLINE.with(Admission.NONE),
                scene.mm,
                scene.file,
                new GupFast(Linux.V6_1, scene.mm),
                scene.fault(Linux.MAINLINE),
                scene.marker(MarkDirty.UNLOCKED));
        String first = folioFirst ? "folio" : "copy";
        String second = folioFirst ? "copy" : "folio";
        assertThat(scene.machine.logOf(() -> assertThat(write.writeBoth(one, other, DiskScene.STORED))
                        .isEqualTo(INSIDE)))
                .containsExactly(
                        "lock " + first + ".flags",
                        "lock " + second + ".flags",
                        "writeOnce " + first + ".data",
                        "writeOnce " + second + ".data",
                        "fetchAndNot " + second + ".flags RELEASE",
                        "fetchAndNot " + first + ".flags RELEASE");
        scene.assertConserved();
    }
}
