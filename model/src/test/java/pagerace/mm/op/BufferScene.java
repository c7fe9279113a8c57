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
import pagerace.mm.RefEncoding;
import pagerace.mm.Scene;
import pagerace.mm.Steps;

/** A page with clean buffers of a file on disk, which an address space may map; and what must be true of its counts. */
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

    /** An entry with {@code flags} maps the page. */
    BufferScene(long flags) {
        this(flags, true, RefEncoding.UNLESS_ZERO);
    }

    private BufferScene(long flags, boolean mapped, RefEncoding encoding) {
        Scene scene = new Scene(machine, platform);
        folio = scene.file("folio").mapped(mapped ? 1 : 0).counted(encoding).holding(CONTENT);
        mm = scene.mm("mm").walkers(2).mapping(mapped ? Pte.present(folio.pfn, flags) : Pte.NONE);
        file = new DiskFile(machine, new Inode(machine, Folio.FILE, folio), CONTENT, false, tag, buffers);
    }

    static BufferScene readOnly() {
        return new BufferScene(Pte.ACCESSED);
    }

    /** Nobody maps the page, and the test has a reference. */
    static BufferScene unmapped() {
        return unmapped(RefEncoding.UNLESS_ZERO);
    }

    /** As {@link #unmapped()}, and references are counted like that. */
    static BufferScene unmapped(RefEncoding encoding) {
        return new BufferScene(0, false, encoding).held(1);
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
        return new ReclaimFile(steps, mm, file, evicting()).shrink(folio);
    }

    private Evict evicting() {
        return new Evict(file, stripping(Linux.MAINLINE), new Freeze(Linux.MAINLINE));
    }

    Evict.End evict() {
        return evicting().evict(folio);
    }

    Lookup.Found lookUp(Kernel steps) {
        return new Lookup(steps, mm.memMap, file.inode).get(0);
    }

    /** The unmapped page leaves the cache, and its references go. */
    void free() {
        file.inode.remove(0, folio);
        folio.put();
        folio.put();
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
        boolean found = file.inode.slot(0).readOnce() == folio.pfn;
        assertThat(file.inode.owns(folio)).as("slot and mapping agree").isEqualTo(found);
        return found;
    }

    /** There are as many references, whoever has them, and nobody holds a lock. */
    void assertReferences(long references) {
        assertThat(folio.refcount.readOnce()).as("references").isEqualTo(references);
        AnonScene.assertIdle(machine);
    }

    /** Every reference and mapping is counted, and nobody holds a lock. */
    void assertConserved() {
        long mapped = Pte.isPresent(pte()) ? 1 : 0;
        assertThat(folio.mapcount.readOnce()).as("mappings").isEqualTo(mapped);
        assertReferences(mapped + (inFile() ? 1 : 0) + held);
    }
}
