// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pagerace.mm.Folio;
import pagerace.mm.RefEncoding;
import pagerace.mm.op.Lookup.End;
import pagerace.mm.op.Lookup.Found;
import pagerace.mm.op.Lookup.Retried;
import pagerace.mm.op.Lookup.Step;

class LookupTest {
    private static final String GET = "addUnless folio.refcount FULL";
    private static final String RELOAD = "readOnce page_cache[0]";

    private final BufferScene scene = BufferScene.unmapped();

    @ParameterizedTest
    @EnumSource(names = {"UNLESS_ZERO", "FROZEN_BIT"})
    void takesAReference(RefEncoding encoding) {
        BufferScene other = BufferScene.unmapped(encoding);
        Found found = other.lookUp(Linux.MAINLINE);
        assertThat(found).isEqualTo(new Found(End.FOUND, 1, Retried.NO));
        assertThat(found.isHeld()).isTrue();
        other.assertReferences(3);
    }

    @Test
    void findsNothingInAnEmptySlot() {
        scene.free();
        assertThat(scene.lookUp(Linux.MAINLINE)).isEqualTo(new Found(End.EMPTY, 0, Retried.NO));
        scene.assertReferences(0);
    }

    @Test
    void startsOverWhereThePageIsFreed() {
        scene.machine.before(GET, 1, scene::free);
        assertThat(scene.lookUp(Linux.MAINLINE)).isEqualTo(new Found(End.EMPTY, 0, Retried.REFUSED));
        scene.assertReferences(0);
    }

    @Test
    void comesBackForAPageThatWasFrozenOnlyForAWhile() {
        assertThat(scene.folio.freeze(2)).isTrue();
        scene.machine.before("loadAcquire page_cache[0]", 2, () -> scene.folio.unfreeze(2));
        assertThat(scene.lookUp(Linux.MAINLINE)).isEqualTo(new Found(End.FOUND, 1, Retried.REFUSED));
        scene.assertReferences(3);
    }

    @Test
    void givesUpOnAPageThatStaysFrozen() {
        assertThat(scene.folio.freeze(2)).isTrue();
        assertThat(scene.lookUp(Linux.MAINLINE)).isEqualTo(new Found(End.GAVE_UP, 0, Retried.REFUSED));
        scene.assertReferences(0);
    }

    @Test
    void givesBackAReferenceToTheNextOwnersPage() {
        scene.machine.before(GET, 1, this::freeAndReuse);
        assertThat(scene.lookUp(Linux.MAINLINE)).isEqualTo(new Found(End.EMPTY, 0, Retried.MOVED));
        scene.assertReferences(1);
    }

    @Test
    void withoutTheSecondLookReturnsTheNextOwnersPage() {
        scene.machine.before(GET, 1, this::freeAndReuse);
        assertThat(scene.lookUp(Linux.MAINLINE.without(Step.RELOAD_SLOT)).isHeld())
                .isTrue();
        assertThat(scene.folio.mapping.readOnce()).isEqualTo(Folio.ANON);
        scene.assertReferences(2);
    }

    @Test
    void freesThePageWhereItHadTheLastReference() {
        scene.machine.before(RELOAD, 1, scene::free);
        assertThat(scene.lookUp(Linux.MAINLINE)).isEqualTo(new Found(End.EMPTY, 0, Retried.FREED));
        scene.assertReferences(0);
    }

    private void freeAndReuse() {
        scene.free();
        new Reallocate(Linux.MAINLINE, scene.machine).reallocate(scene.folio, 2 * BufferScene.CONTENT);
    }
}
