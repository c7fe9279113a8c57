// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import pagerace.machine.TlbProfile;
import pagerace.mm.Buffers;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Inode;
import pagerace.mm.InterposedMachine;
import pagerace.mm.Kernel;
import pagerace.mm.MemMap;
import pagerace.mm.Platform;
import pagerace.mm.RefEncoding;
import pagerace.mm.Scene;

/** A file of one page with buffers, which nobody maps: the page cache has a reference, and the test has one. */
final class CacheScene {
    static final long CONTENT = 7;

    final InterposedMachine machine = new InterposedMachine();
    final Folio folio;
    final MemMap memMap;
    final Inode file;
    final Buffers buffers;

    private final DiskFile disk;
    private final CleanFolio clean;

    CacheScene(RefEncoding encoding) {
        Scene scene = new Scene(machine, new Platform(Platform.PteUpdate.LOCKED, TlbProfile.BROADCAST));
        folio = scene.file("folio").held().counted(encoding).holding(CONTENT);
        memMap = scene.memMap();
        file = new Inode(machine, Folio.FILE, folio);
        buffers = new Buffers(machine, Buffers.ATTACHED);
        disk = new DiskFile(machine, file, CONTENT, false, null, buffers);
        clean = new CleanFolio(Linux.MAINLINE, disk, List.of());
    }

    CacheScene() {
        this(RefEncoding.UNLESS_ZERO);
    }

    Evict.End evict() {
        StripBuffers strip = new StripBuffers(Linux.MAINLINE, disk, clean);
        return new Evict(disk, strip, new Freeze(Linux.MAINLINE)).evict(folio);
    }

    TruncateFolio.Truncated truncate() {
        return new TruncateFolio(disk, clean, null).truncate(folio, 0);
    }

    Lookup.Found lookUp(Kernel steps) {
        return new Lookup(steps, memMap, file).get(0);
    }

    /** The page leaves the cache, and its references go. */
    void free() {
        file.remove(0, folio);
        folio.put();
        folio.put();
    }

    void assertReferences(long references) {
        assertThat(folio.refcount.readOnce()).as("references").isEqualTo(references);
        AnonScene.assertIdle(machine);
    }

    void assertInCache(boolean expected) {
        assertThat(file.slot(0).readOnce()).as("slot").isEqualTo(expected ? folio.pfn : 0);
        assertThat(file.owns(folio)).as("mapping").isEqualTo(expected);
    }
}
