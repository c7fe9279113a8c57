// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pagerace.mm.op.RangeScene.MAPPED;
import static pagerace.mm.op.RangeScene.PAGES;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;
import pagerace.mm.op.Fork.CopiedRange;
import pagerace.mm.op.Fork.Step;

class ForkRangeTest {
    private static final long SHARED_IN_PARENT = MAPPED & ~Pte.WRITE;
    private static final long SHARED_IN_CHILD = MAPPED & ~(Pte.WRITE | Pte.ACCESSED);

    private final RangeScene scene = new RangeScene();

    private Fork fork(Kernel steps) {
        return new Fork(steps, scene.mm, scene.child, scene.spares::remove);
    }

    private CopiedRange forkAll() {
        return fork(Linux.V5_19).copyPtes(0, PAGES);
    }

    private long childPte(int index) {
        return scene.child.entry(index).word.readOnce();
    }

    private void assertShared(int index) {
        assertThat(scene.pte(index)).isEqualTo(Pte.present(index + 1, SHARED_IN_PARENT));
        assertThat(childPte(index)).isEqualTo(Pte.present(index + 1, SHARED_IN_CHILD));
        assertThat(scene.folio(index).test(Folio.ANON_EXCLUSIVE)).isFalse();
    }

    private void assertCopied(int index, int copy) {
        assertThat(scene.pte(index)).as("the parent's entry").isEqualTo(Pte.present(index + 1, MAPPED));
        assertThat(childPte(index)).isEqualTo(Pte.present(copy, MAPPED));
        assertThat(scene.folio(index).test(Folio.ANON_EXCLUSIVE)).isTrue();
    }

    @Test
    void sharesAll() {
        assertThat(forkAll()).isEqualTo(new CopiedRange(PAGES, 0));
        for (int i = 0; i < PAGES; i++) {
            assertShared(i);
        }
        scene.assertConserved();
    }

    @Test
    void copiesAPinnedPageAmongSharedNeighbours() {
        scene.folio(1).data.writeOnce(7);
        scene.pinned(1);
        assertThat(forkAll()).isEqualTo(new CopiedRange(PAGES - 1, 1));
        assertCopied(1, PAGES + 1);
        assertThat(scene.folio(PAGES).data.readOnce()).isEqualTo(7);
        for (int i : new int[] {0, 2, 3}) {
            assertShared(i);
        }
        assertThat(scene.spares).hasSize(PAGES - 1);
        scene.assertConserved();
    }

    @Test
    void takesAPageForEachCopy() {
        IntStream.range(0, PAGES).forEach(scene::pinned);
        assertThat(forkAll()).isEqualTo(new CopiedRange(0, PAGES));
        for (int i = 0; i < PAGES; i++) {
            assertCopied(i, PAGES + i + 1);
        }
        assertThat(scene.spares).isEmpty();
        scene.assertConserved();
    }

    @Test
    void skipsAnEntryThatMapsNothing() {
        scene.unmap(2);
        assertThat(forkAll()).isEqualTo(new CopiedRange(PAGES - 1, 0));
        assertThat(childPte(2)).isZero();
        scene.assertConserved();
    }

    @Test
    void copiesAPartOfTheTable() {
        assertThat(fork(Linux.V5_19).copyPtes(1, 2)).isEqualTo(new CopiedRange(2, 0));
        assertThat(childPte(0)).isZero();
        assertShared(1);
        assertShared(2);
        assertThat(childPte(3)).isZero();
        scene.assertConserved();
    }

    @Test
    void allocatesWithoutLocksInsideOneOddCount() {
        scene.pinned(1);
        scene.machine.before("lock parent.ptl", 2, () -> {
            assertThat(scene.mm.writeProtectSeq.readBegin() & 1).as("the count").isEqualTo(1);
            assertShared(0);
            assertThat(childPte(1)).isZero();
            scene.folio(1).refcount.add(-Folio.PIN_BIAS);
            scene.hold(1, -Folio.PIN_BIAS);
        });
        assertThat(forkAll()).as("it looks again").isEqualTo(new CopiedRange(PAGES, 0));
        scene.assertConserved();
    }

    @Test
    void doesOnceWhatNeedNotBeDoneForEachEntry() {
        scene.pinned(1);
        List<String> copies = List.of(
                "readOnce pte[1]",
                "loadAcquire compound_head[2]",
                "fetchAdd folio1.refcount RELAXED",
                "readOnce parent.flags",
                "readOnce folio1.refcount",
                "readOnce folio1.flags",
                "fetchAdd folio1.refcount FULL");
        assertThat(scene.machine.logOf(this::forkAll))
                .containsExactlyElementsOf(Stream.of(
                                List.of(
                                        "lock parent.mmap_lock",
                                        "readOnce parent.write_protect_seq",
                                        "writeOnce parent.write_protect_seq",
                                        "smpWmb",
                                        "lock child.ptl",
                                        "lock parent.ptl"),
                                sharingOf(0),
                                copies,
                                List.of(
                                        "storeRelease parent.ptl",
                                        "storeRelease child.ptl",
                                        "lock child.ptl",
                                        "lock parent.ptl"),
                                copies,
                                List.of(
                                        "readOnce folio1.data",
                                        "readOnce folio4.refcount",
                                        "writeOnce folio4.refcount",
                                        "writeOnce folio4.mapping",
                                        "writeOnce folio4.flags",
                                        "writeOnce folio4.data",
                                        "writeOnce folio4.mapcount",
                                        "writeOnce pte[1]"),
                                sharingOf(2),
                                sharingOf(3),
                                List.of(
                                        "storeRelease parent.ptl",
                                        "storeRelease child.ptl",
                                        "smpWmb",
                                        "readOnce parent.write_protect_seq",
                                        "writeOnce parent.write_protect_seq",
                                        "smpMb",
                                        "readOnce irqs-off[0]",
                                        "smpMb",
                                        "fetchAdd parent.mmap_lock RELEASE"))
                        .flatMap(List::stream)
                        .toList());
    }

    private static List<String> sharingOf(int index) {
        String folio = "folio" + index;
        return List.of(
                "readOnce pte[" + index + "]",
                "loadAcquire compound_head[" + (index + 1) + "]",
                "fetchAdd " + folio + ".refcount RELAXED",
                "readOnce parent.flags",
                "readOnce " + folio + ".refcount",
                "fetchAndNot " + folio + ".flags RELAXED",
                "fetchAdd " + folio + ".mapcount RELAXED",
                "fetchAndNot pte[" + index + "] FULL",
                "writeOnce pte[" + index + "]");
    }

    @Test
    void aRangeOfOneIsACallForOneEntry() {
        RangeScene other = new RangeScene();
        Fork single = new Fork(Linux.V5_19, other.mm, other.child, other.spares::remove);
        List<String> one = other.machine.logOf(() -> single.copy(other.mm.entry(1), other.child.entry(1)));
        assertThat(scene.machine.logOf(() -> fork(Linux.V5_19).copyPtes(1, 1))).isEqualTo(one);
    }

    @Test
    void mutantThatWriteProtectsLateIsForSingleEntries() {
        Fork late = fork(Linux.V5_19.with(Step.WRITE_PROTECT_AFTER_SEQ));
        assertThatThrownBy(() -> late.copyPtes(0, PAGES)).isInstanceOf(IllegalStateException.class);
        scene.assertConserved();
    }
}
