// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.RefEncoding;
import pagerace.mm.op.Freeze.End;
import pagerace.mm.op.Freeze.Step;

class FreezeTest {
    @ParameterizedTest
    @EnumSource(names = {"UNLESS_ZERO", "FROZEN_BIT"})
    void lookupsThatAreRefusedLeaveNoTrace(RefEncoding encoding) {
        BufferScene scene = BufferScene.unmapped(encoding);
        scene.folio.flags.or(Folio.DIRTY);
        scene.machine.before("readOnce folio.flags", 1, () -> {
            assertThat(scene.folio.isFrozen()).isTrue();
            assertThat(scene.folio.tryGet()).isFalse();
        });
        assertThat(new Freeze(Linux.MAINLINE).freeze(scene.folio, 2)).isEqualTo(End.DIRTY);
        scene.assertReferences(2);
    }

    @Test
    void looksForTheMarkOnlyOnceTheReferencesAreGone() {
        BufferScene scene = BufferScene.unmapped();
        scene.folio.flags.or(Folio.DIRTY);
        assertThat(new Freeze(Linux.MAINLINE).freeze(scene.folio, 1)).isEqualTo(End.REFERENCED);
        assertThat(new Freeze(Linux.MAINLINE.without(Step.CHECK_DIRTY)).freeze(scene.folio, 2))
                .isEqualTo(End.FROZEN);
    }

    @Test
    void orders() {
        assertThat(logOf(Linux.MAINLINE)).containsExactly("cmpxchg folio.refcount FULL", "readOnce folio.flags");
        assertThat(logOf(Linux.MAINLINE.without(Freeze.Step.FULL_ORDER).with(Freeze.Step.ACQUIRE)))
                .containsExactly("cmpxchg folio.refcount ACQUIRE", "readOnce folio.flags");
        assertThat(logOf(Kernel.named("none"))).containsExactly("cmpxchg folio.refcount RELAXED");
    }

    private static Iterable<String> logOf(Kernel steps) {
        BufferScene scene = BufferScene.unmapped();
        return scene.machine.logOf(() -> new Freeze(steps).freeze(scene.folio, 2));
    }
}
