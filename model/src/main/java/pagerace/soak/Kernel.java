// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.machine.TlbProfile;
import pagerace.mm.Platform;
import pagerace.mm.Steps;
import pagerace.mm.op.Admission;
import pagerace.mm.op.CleanFolio;
import pagerace.mm.op.DropDirty;
import pagerace.mm.op.FaultAround;
import pagerace.mm.op.Fork;
import pagerace.mm.op.Freeze;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.HolePunch;
import pagerace.mm.op.KsmMerge;
import pagerace.mm.op.MarkDirty;
import pagerace.mm.op.Reclaim;
import pagerace.mm.op.Share;
import pagerace.mm.op.SharedWriteFault;
import pagerace.mm.op.SlowGup;

/**
 * The steps of every operation in one kernel: mainline, or a mutant of it.
 *
 * <p>Pins are given back by {@code set_page_dirty_lock}: mainline's {@code unpin_user_pages_dirty_lock} looks first, which loses
 * stores ({@link Mutant#UNPIN_PRECHECK}).
 */
final class Kernel {
    static final Platform PLATFORM = new Platform(Platform.PteUpdate.LOCKED, TlbProfile.IPI);
    static final Admission ADMISSION = Admission.V6_5;

    final Steps<GupFast.Step> gupFast;
    final SlowGup.Unshare unshare;
    final Steps<Fork.Step> fork;
    final Steps<Share.Step> share;
    final Steps<Reclaim.Step> reclaim;
    final Steps<KsmMerge.Step> ksm;
    final Steps<FaultAround.Step> faultAround;
    final Steps<HolePunch.Step> punch;
    final Steps<HolePunch.Step> truncation;
    final Steps<SharedWriteFault.Step> sharedWriteFault;
    final Steps<CleanFolio.Step> clean;
    final Steps<MarkDirty.Step> unpinDirty;
    final Steps<DropDirty.Step> dropDirty;
    final Steps<Freeze.Step> freeze;

    /** Mainline, or mainline with the mistake {@code mutant}. */
    Kernel(@Nullable Mutant mutant) {
        List<Enum<?>> dropped = mutant == null ? List.of() : mutant.dropped();
        List<Enum<?>> added = mutant == null ? List.of() : mutant.added();
        gupFast = change(GupFast.V6_5, GupFast.Step.class, dropped, added);
        unshare = added.contains(SlowGup.Unshare.IGNORE) ? SlowGup.Unshare.IGNORE : SlowGup.Unshare.TRIGGER;
        fork = change(Fork.V5_19, Fork.Step.class, dropped, added);
        share = change(Share.V6_1, Share.Step.class, dropped, added);
        reclaim = change(Reclaim.V6_4, Reclaim.Step.class, dropped, added);
        ksm = change(KsmMerge.V5_19, KsmMerge.Step.class, dropped, added);
        faultAround = change(FaultAround.MAINLINE, FaultAround.Step.class, dropped, added);
        punch = change(HolePunch.MAINLINE, HolePunch.Step.class, dropped, added);
        truncation = change(HolePunch.TRUNCATION, HolePunch.Step.class, dropped, added);
        sharedWriteFault = change(SharedWriteFault.MAINLINE, SharedWriteFault.Step.class, dropped, added);
        clean = change(CleanFolio.MAINLINE, CleanFolio.Step.class, dropped, added);
        unpinDirty = change(MarkDirty.LOCKED, MarkDirty.Step.class, dropped, added);
        dropDirty = change(DropDirty.MAINLINE, DropDirty.Step.class, dropped, added);
        freeze = change(Freeze.MAINLINE, Freeze.Step.class, dropped, added);
    }

    private static <E extends Enum<E>> Steps<E> change(
            Steps<E> mainline, Class<E> type, List<Enum<?>> dropped, List<Enum<?>> added) {
        Steps<E> steps = mainline.except(dropped);
        for (Enum<?> step : added) {
            if (type.isInstance(step)) {
                steps = steps.with(type.cast(step));
            }
        }
        return steps;
    }
}
