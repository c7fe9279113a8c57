// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import pagerace.machine.TlbProfile;
import pagerace.machine.Translation;
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

/**
 * A file of one page on disk that two address spaces may map, with a dirty tag and perhaps with buffers, and what must be true
 * of its counts. The page is clean, not reserved and not mapped, unless a test says otherwise.
 */
final class DiskScene {
    static final int CPU = 0;
    static final long ON_DISK = 6;
    static final long CONTENT = 7;
    static final long STORED = 8;
    /** How an entry looks that a write fault made. */
    static final long WRITABLE = Pte.WRITE | Pte.DIRTY | Pte.ACCESSED;
    /** How an entry looks that was cleaned. */
    static final long READ_ONLY = Pte.ACCESSED;

    static final String LOCK_FOLIO = "lock folio.flags";
    static final String UNLOCK_FOLIO = "fetchAndNot folio.flags RELEASE";
    static final String MARK = "fetchOr folio.flags FULL";
    static final String CLEAR_MARK = "fetchAndNot folio.flags FULL";
    static final String COUNT_MAPPING = "fetchAdd folio.mapcount FULL";
    static final String TAKE_PTL = "lock mm.ptl";
    static final String DROP_PTL = "storeRelease mm.ptl";
    static final String CLEAR_ENTRY = "xchg mm.pte FULL";
    static final String SET_ENTRY = "writeOnce mm.pte";
    /** Only a flush does that. */
    static final String FLUSH = "writeOnce tlb.pte";

    final InterposedMachine machine = new InterposedMachine();
    final Platform platform = new Platform(Platform.PteUpdate.LOCKED, TlbProfile.BROADCAST);
    final Folio folio;
    final Folio copy;
    final Buffers buffers;
    final DiskFile file;
    final Mm mm;
    final Mm other;

    /** Pins that are the test's own. */
    private int pins;

    private DiskScene(boolean tagged, boolean buffered, long bufferState) {
        Scene scene = new Scene(machine, platform);
        folio = scene.file("folio").holding(CONTENT);
        copy = scene.free("copy");
        mm = scene.mm("mm").caching(Translation.NONE).mapping(Pte.NONE);
        other = scene.mm("other").mapping(Pte.NONE);
        buffers = new Buffers(machine, bufferState);
        file = new DiskFile(
                machine,
                new Inode(machine, Folio.FILE, folio),
                ON_DISK,
                false,
                tagged ? machine.word("page_cache", "dirty-tag", 0) : null,
                buffered ? buffers : null);
    }

    /** A filesystem without buffers. */
    static DiskScene plain() {
        return new DiskScene(true, false, 0);
    }

    /** As {@link #plain}, and nobody looks at the dirty tag. */
    static DiskScene untagged() {
        return new DiskScene(false, false, 0);
    }

    /** A filesystem with buffers, which are in that state. */
    static DiskScene buffered(long state) {
        return new DiskScene(true, true, state);
    }

    /** The first address space maps the page with {@code flags}. */
    DiskScene mapped(long flags) {
        return mappedIn(mm, flags);
    }

    DiskScene mappedIn(Mm where, long flags) {
        folio.refcount.add(1);
        folio.mapcount.add(1);
        where.entry(0).word.writeOnce(Pte.present(folio.pfn, flags));
        return this;
    }

    /** The first address space's entry goes, as if zapped. */
    DiskScene unmapped() {
        mm.entry(0).word.writeOnce(Pte.NONE);
        folio.mapcount.add(-1);
        folio.put();
        return this;
    }

    /** The CPU has that entry in its TLB. */
    DiskScene cached(long flags) {
        machine.named("tlb.pte").writeOnce(Pte.present(folio.pfn, flags));
        return this;
    }

    DiskScene flagged(long flags) {
        folio.flags.or(flags);
        return this;
    }

    DiskScene dirty() {
        return flagged(Folio.DIRTY);
    }

    DiskScene reserved() {
        file.reserved.writeOnce(DiskFile.RESERVED);
        return this;
    }

    DiskScene pinned() {
        folio.refcount.add(Folio.PIN_BIAS);
        pins++;
        return this;
    }

    /** Nobody maps the page any more, and it has left the file. */
    DiskScene truncated() {
        if (Pte.isPresent(pte())) {
            unmapped();
        }
        file.inode.remove(0, folio);
        folio.put();
        return this;
    }

    /** Clears the flag, as whoever set it. */
    void cleared(long flag) {
        folio.flags.andNot(flag);
    }

    /** Looks, at the {@code nth} such access, whether the folio lock is held. */
    DiskScene expectLocked(boolean locked, String access, int nth) {
        machine.before(
                access,
                nth,
                () -> assertThat(isHeld("folio.flags", Folio.LOCKED))
                        .as("the folio is locked at %s", access)
                        .isEqualTo(locked));
        return this;
    }

    /** Looks, at the {@code nth} such access, whether the first page-table lock is held. */
    DiskScene expectPtl(boolean held, String access, int nth) {
        machine.before(
                access,
                nth,
                () -> assertThat(isHeld("mm.ptl", -1))
                        .as("the page-table lock is held at %s", access)
                        .isEqualTo(held));
        return this;
    }

    private boolean isHeld(String word, long bits) {
        return (machine.named(word).readOnce() & bits) != 0;
    }

    MarkDirty marker(Steps<MarkDirty.Step> steps) {
        return new MarkDirty(Linux.MAINLINE, file, steps);
    }

    CleanFolio cleaner(Kernel steps) {
        return new CleanFolio(steps, file, List.of(mm, other));
    }

    Writeback.End writeback() {
        return new Writeback(Linux.MAINLINE, file, cleaner(Linux.MAINLINE)).write(folio);
    }

    SharedWriteFault fault(Kernel steps) {
        return new SharedWriteFault(steps, mm, file);
    }

    FileStore store() {
        return new FileStore(mm, fault(Linux.MAINLINE));
    }

    long pte() {
        return machine.named("mm.pte").readOnce();
    }

    boolean isDirty() {
        return folio.test(Folio.DIRTY);
    }

    boolean isTagged() {
        return machine.named("page_cache.dirty-tag").readOnce() != 0;
    }

    /** References and mappings are those of the page cache, the entries and the test's pins; nobody holds a lock. */
    void assertConserved() {
        long mapped = Stream.of(mm, other)
                .map(each -> each.entry(0).word.readOnce())
                .filter(pte -> Pte.isPresent(pte) && Pte.pfn(pte) == folio.pfn)
                .count();
        long cached = file.inode.slot(0).readOnce() == folio.pfn ? 1 : 0;
        assertThat(folio.refcount.readOnce()).as("references").isEqualTo(mapped + cached + pins * Folio.PIN_BIAS);
        assertThat(folio.mapcount.readOnce()).as("mappings").isEqualTo(mapped);
        AnonScene.assertIdle(machine);
    }
}
