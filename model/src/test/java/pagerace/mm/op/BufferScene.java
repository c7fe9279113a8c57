// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import pagerace.machine.TlbProfile;
import pagerace.machine.Word;
import pagerace.mm.Buffers;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Inode;
import pagerace.mm.InterposedMachine;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.Steps;

/** A page with clean buffers of a file on disk, mapped once; and what must be true of its counts. */
final class BufferScene {
    static final long CONTENT = 7;
    static final long NEW_CONTENT = 8;

    final InterposedMachine machine = new InterposedMachine();
    final Platform platform = new Platform(Platform.PteUpdate.LOCKED, TlbProfile.DEFERRED);
    final Folio folio;
    final Buffers buffers = new Buffers(machine, Buffers.ATTACHED);
    final Word tag = machine.word("page_cache", "dirty-tag", 0);
    final DiskFile file;
    final Mm mm;

    /** References to the page that the test holds; a pin counts {@link Folio#PIN_BIAS}. */
    long held;

    /** The entry has {@code flags}. */
    BufferScene(long flags) {
        Scene scene = new Scene(machine, platform);
        folio = scene.file("folio").mapped().holding(CONTENT);
        mm = scene.mm("mm").walkers(2).mapping(Pte.present(folio.pfn, flags));
        file = new DiskFile(machine, new Inode(machine, Folio.FILE, folio), CONTENT, false, tag, buffers);
    }

    static BufferScene readOnly() {
        return new BufferScene(Pte.ACCESSED);
    }

    BufferScene held(long references) {
        folio.refcount.add(references);
        held += references;
        return this;
    }

    void letGo(long references) {
        held(-references);
    }

    /** The page is stored to through a reference, and marked dirty with its buffers. */
    void dirty() {
        folio.data.writeOnce(NEW_CONTENT);
        mark(MarkDirty.UNLOCKED);
    }

    MarkDirty.End mark(Steps<MarkDirty.Step> steps) {
        return new MarkDirty(Linux.MAINLINE, file, steps).mark(folio);
    }

    CleanFolio clean(Kernel steps) {
        return new CleanFolio(steps, file, List.of(mm));
    }

    StripBuffers stripping(Kernel steps) {
        return new StripBuffers(steps, file, clean(Linux.MAINLINE));
    }

    boolean strip(Kernel steps) {
        return stripping(steps).strip(folio);
    }

    ReclaimFile.End shrink(Kernel steps) {
        Evict evict = new Evict(file, stripping(Linux.MAINLINE), new Freeze(Linux.MAINLINE));
        return new ReclaimFile(steps, mm, file, evict).shrink(folio);
    }

    TruncateFolio.Truncated truncate() {
        Zap zap = new Zap(Linux.V6_2, mm);
        UnmapMapping unmap = new UnmapMapping(Linux.MAINLINE, mm, file.inode, zap, UnmapMapping.TRUNCATION);
        return new TruncateFolio(file, clean(Linux.MAINLINE), unmap).truncate(folio, 0);
    }

    void punch(Kernel steps) {
        new HolePunch(steps, mm, file).punch();
    }

    WritePages.End writePages(Kernel steps) {
        Writeback writeback = new Writeback(Linux.MAINLINE, file, clean(Linux.MAINLINE));
        return new WritePages(steps, file, writeback).write(folio);
    }

    long pte() {
        return mm.entry(0).word.readOnce();
    }

    boolean isDirty() {
        return folio.test(Folio.DIRTY);
    }

    boolean inFile() {
        boolean found = file.inode.slot(0).readOnce() == 1;
        assertThat(file.inode.owns(folio)).as("slot and mapping agree").isEqualTo(found);
        return found;
    }

    /** Every reference and mapping is counted, and nobody holds a lock. */
    void assertConserved() {
        long mapped = Pte.isPresent(pte()) ? 1 : 0;
        assertThat(folio.mapcount.readOnce()).as("mappings").isEqualTo(mapped);
        assertThat(folio.refcount.readOnce()).as("references").isEqualTo(mapped + (inFile() ? 1 : 0) + held);
        AnonScene.assertIdle(machine);
    }
}
