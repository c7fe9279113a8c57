// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import pagerace.machine.TlbProfile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.Inode;
import pagerace.mm.InterposedMachine;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.Scene;

/** A shmem file of two pages that one address space maps, a free page, and what must be true of their counts. */
final class FileScene {
    static final long CONTENT = 7;
    /** How an entry looks that a fault filled. */
    static final long MAPPED = Pte.ACCESSED | Pte.WRITE;

    final InterposedMachine machine = new InterposedMachine();
    final Platform platform = new Platform(Platform.PteUpdate.LOCKED, TlbProfile.BROADCAST);
    final Folio folio;
    final Folio second;
    final Folio spare;
    final Inode file;
    final Mm mm;

    private FileScene(boolean large, boolean pmd) {
        Scene scene = new Scene(machine, platform);
        folio = scene.shmem("folio").large(large).holding(CONTENT);
        second = pmd ? scene.free("second") : scene.shmem("second").holding(CONTENT + 1);
        spare = scene.free("spare");
        file = pmd ? new Inode(machine, Folio.SHMEM, folio) : new Inode(machine, Folio.SHMEM, folio, second);
        Scene.Space space = scene.mm("mm").walkers(2);
        mm = pmd ? space.mappingNothing() : space.mapping(Pte.NONE, Pte.NONE);
    }

    /** Nothing is mapped. */
    static FileScene unmapped() {
        return new FileScene(false, false);
    }

    /** Nothing is mapped, there is a table, and the first page is large. */
    static FileScene large() {
        return new FileScene(true, false);
    }

    /** One large page, for a PMD entry to map. */
    static FileScene huge() {
        return new FileScene(true, true);
    }

    Entry entry(int index) {
        return mm.entry(index);
    }

    long pte() {
        return entry(0).word.readOnce();
    }

    /** The first page is mapped with {@code flags}. */
    FileScene mapped(long flags) {
        mapAt(entry(0), flags);
        return this;
    }

    void mapAt(Entry entry, long flags) {
        folio.refcount.add(1);
        folio.mapcount.add(1);
        entry.word.writeOnce(Pte.present(folio.pfn, flags));
    }

    /** The first page's entry maps a private copy. */
    FileScene copied() {
        spare.allocateAnon(CONTENT, true);
        spare.mapcount.writeOnce(1);
        entry(0).word.writeOnce(Pte.present(spare.pfn, MAPPED));
        return this;
    }

    /** The first page leaves the file, as a punch would have it. */
    void leaveFile() {
        file.remove(0, folio);
        folio.put();
    }

    FaultAround faultAround(Kernel steps) {
        return new FaultAround(steps, mm, file);
    }

    ShmemFault fault(Kernel steps) {
        return new ShmemFault(steps, mm, file, FreeFolios.only(spare));
    }

    HolePunch.Punched punch(Kernel steps) {
        return new HolePunch(steps, mm, file).punch();
    }

    boolean holds(int index) {
        return file.slot(index).readOnce() != 0;
    }

    /** References and mappings are counted, a mapped page is in the file or a private copy, and nobody holds a lock. */
    void assertConserved() {
        assertCounts(0);
        for (long pte : entries()) {
            if (Pte.isPresent(pte)) {
                assertThat(mm.memMap.stableFolioOf(Pte.pfn(pte)).mapping.readOnce())
                        .as("what is mapped has not left the file")
                        .isNotEqualTo(Folio.NO_MAPPING);
            }
        }
    }

    /** The same where {@code held} references to the first page are the test's own. */
    void assertCounts(int held) {
        assertCounts(folio, held);
        assertCounts(second, 0);
        assertCounts(spare, 0);
        AnonScene.assertIdle(machine);
    }

    private void assertCounts(Folio which, int held) {
        long mapped = entries().stream()
                .filter(pte -> Pte.isPresent(pte) && Pte.pfn(pte) == which.pfn)
                .count();
        long cached = Stream.iterate(0, i -> i + 1)
                .limit(file.pages())
                .filter(i -> file.slot(i).readOnce() == which.pfn)
                .count();
        assertThat(which.refcount.readOnce())
                .as("references to page %d", which.pfn)
                .isEqualTo(mapped + cached + held);
        if (which.refcount.readOnce() != 0) {
            assertThat(which.mapcount.readOnce())
                    .as("mappings of page %d", which.pfn)
                    .isEqualTo(mapped);
        }
    }

    private List<Long> entries() {
        return file.pages() == 1
                ? List.of(mm.table.pmd().word.readOnce())
                : List.of(entry(0).word.readOnce(), entry(1).word.readOnce());
    }
}
