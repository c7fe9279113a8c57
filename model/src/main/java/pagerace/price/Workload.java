// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import pagerace.machine.Machine;
import pagerace.machine.SpinLock;
import pagerace.machine.TlbProfile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.Inode;
import pagerace.mm.Kernel;
import pagerace.mm.MemMap;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.RefEncoding;
import pagerace.mm.Scene;
import pagerace.mm.op.FaultAround;
import pagerace.mm.op.Fork;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.Linux;
import pagerace.mm.op.Lookup;
import pagerace.mm.op.WriteFault;

/**
 * Operations of a size that races do not have, and fast paths that no race runs alone, on bare-metal x86. Their variants are the
 * releases.
 */
final class Workload {
    private static final Platform X86 = new Platform(Platform.PteUpdate.LOCKED, TlbProfile.IPI);
    private static final int PIN = GupFast.FOLL_PIN | GupFast.FOLL_WRITE;
    private static final int WINDOW = 16;

    private Workload() {}

    static Stream<Series> all() {
        return Stream.of(
                        Stream.of(1, WINDOW, PageTable.ENTRIES)
                                .flatMap(pages -> Stream.of(pin(pages, false), pin(pages, true))),
                        Stream.of(1, PageTable.ENTRIES)
                                .flatMap(pages -> Stream.of(fork(pages, false), fork(pages, true))),
                        Stream.of(writeFault(false), writeFault(true), faultAround(), lookup()))
                .flatMap(Function.identity());
    }

    private static Series pin(int pages, boolean large) {
        String place = "[" + pages + (large ? " large folios]" : " small]");
        Map<String, Kernel> releases =
                releases(Linux.V5_8, Linux.V5_9, Linux.V5_11, Linux.V5_14, Linux.V5_19, Linux.V6_1, Linux.V6_5);
        return series("PinAndUnpin", place, "GUP-fast, unpin", releases, (machine, kernel) -> {
            Mapped mapped = new Mapped(machine, pages, 0, large, PageState.EXCLUSIVE);
            GupFast gup = new GupFast(kernel, mapped.mm);
            if (pages == 1) {
                Entry entry = mapped.mm.entry(0);
                return () -> {
                    GupFast.Grab grab = gup.grab(0, entry, PIN);
                    gup.release(grab, PIN);
                    return grab.end();
                };
            }
            return () -> {
                int[] pfns = new int[pages];
                GupFast.GrabbedRange range = gup.grab(0, 0, pages, PIN, pfns);
                gup.release(range, pfns, PIN);
                return range.end();
            };
        });
    }

    private static Map<String, Kernel> releases(Kernel... kernels) {
        Map<String, Kernel> releases = new LinkedHashMap<>();
        for (Kernel kernel : kernels) {
            releases.put(kernel.release(), kernel);
        }
        return releases;
    }

    private static Series fork(int pages, boolean pinned) {
        Map<String, Kernel> releases = releases(Linux.V5_8, Linux.V5_9_RC, Linux.V5_9, Linux.V5_11, Linux.V5_19);
        String place = "[" + pages + (pinned ? " pinned]" : " unpinned]");
        return series("ForkOfEntries", place, "fork", releases, (machine, kernel) -> {
            PageState state = pinned ? PageState.PINNED : PageState.EXCLUSIVE;
            Mapped mapped = new Mapped(machine, pages, pinned ? pages : 0, false, state);
            PageTable child = table(machine, pages);
            if (pages == 1) {
                Fork fork = new Fork(kernel, mapped.mm, child, mapped::spare);
                Entry from = mapped.mm.entry(0);
                Entry to = child.entry(0);
                return () -> fork.copy(from, to);
            }
            // A run is a function of memory alone, so it has a pool of its own, which begins where every pool does.
            return () -> new Fork(kernel, mapped.mm, child, mapped.pool()).copyPtes(0, pages);
        });
    }

    /** Not before 5.9: until then the page lock was taken for every look, which {@link WriteFault} does not model. */
    private static Series writeFault(boolean copies) {
        Map<String, Kernel> releases = releases(Linux.V5_9, Linux.V5_18, Linux.V5_19);
        String place = copies ? "[copy]" : "[reuse,not-exclusive]";
        return series("WriteFaultOnReadOnlyPage", place, "write fault", releases, (machine, kernel) -> {
            PageState state = copies ? PageState.SHARED : PageState.READ_ONLY;
            Mapped mapped = new Mapped(machine, 1, 1, false, state);
            WriteFault fault = new WriteFault(kernel, mapped.mm, null, mapped::spare);
            Entry entry = mapped.mm.entry(0);
            return () -> fault.handle(entry, entry.word.readOnce(), false);
        });
    }

    private static Series faultAround() {
        Map<String, Kernel> variants = new LinkedHashMap<>();
        variants.put("MAINLINE", Linux.MAINLINE);
        variants.put("DROP_MAPPING_RECHECK", Linux.MAINLINE.without(FaultAround.Step.RECHECK_MAPPING));
        variants.put("DROP_NONE_CHECK", Linux.MAINLINE.without(FaultAround.Step.CHECK_NONE));
        variants.put("HEED_PUNCH", Linux.MAINLINE.with(FaultAround.Step.HEED_PUNCH));
        return series("FaultAroundWindow", "[16]", "map pages", variants, (machine, kernel) -> {
            Scene scene = new Scene(machine, X86);
            Inode file = file(machine, scene.shmem("folio").holding(0, WINDOW));
            Mm mm = scene.mm("mm").mapping(table(machine, WINDOW));
            FaultAround around = new FaultAround(kernel, mm, file);
            return () -> around.mapPages(0);
        });
    }

    private static Series lookup() {
        Map<String, RefEncoding> encodings = new LinkedHashMap<>();
        for (RefEncoding encoding :
                List.of(RefEncoding.UNLESS_ZERO, RefEncoding.FROZEN_BIT, RefEncoding.FROZEN_BIT_ACQUIRING)) {
            encodings.put(encoding.name(), encoding);
        }
        return series("PageCacheLookup", "", "lookup, put", encodings, (machine, encoding) -> {
            Scene scene = new Scene(machine, X86);
            List<Folio> pages = scene.shmem("folio").counted(encoding).holding(0, 1);
            MemMap memMap = scene.memMap();
            Inode file = file(machine, pages);
            Lookup lookup = new Lookup(Linux.MAINLINE, memMap, file);
            return () -> {
                Lookup.Found found = lookup.get(0);
                memMap.stableFolioOf(found.pfn()).put();
                return found.end();
            };
        });
    }

    private static <V> Series series(
            String subject,
            String place,
            String operation,
            Map<String, V> variants,
            BiFunction<Machine, V, Supplier<?>> setup) {
        return new Series(variants.entrySet().stream()
                .map(variant -> new Priced(
                        subject,
                        place,
                        operation,
                        variant.getKey(),
                        machine -> setup.apply(machine, variant.getValue())))
                .toList());
    }

    /** A file that is in the page cache, and mapped nowhere. */
    private static Inode file(Machine machine, List<Folio> pages) {
        return new Inode(machine, Folio.SHMEM, pages.toArray(new Folio[0]));
    }

    /** A table of {@code entries} empty entries with one lock. */
    private static PageTable table(Machine machine, int entries) {
        return new PageTable(machine, entries, oneLock(machine));
    }

    private static IntFunction<SpinLock> oneLock(Machine machine) {
        SpinLock ptl = new SpinLock(machine, "ptl");
        return index -> ptl;
    }

    /** What the pages of an address space are. */
    private enum PageState {
        EXCLUSIVE(Pte.WRITE | Pte.DIRTY),
        PINNED(Pte.WRITE | Pte.DIRTY),
        READ_ONLY(0),
        SHARED(0);

        private final long pte;

        PageState(long pte) {
            this.pte = Pte.ACCESSED | pte;
        }

        Scene.Page in(Scene scene) {
            Scene.Page page = scene.anon("folio").exclusive(Pte.has(pte, Pte.WRITE));
            return switch (this) {
                case EXCLUSIVE, READ_ONLY -> page.mapped();
                case PINNED -> page.mapped().pinned();
                case SHARED -> page.mapped(2);
            };
        }
    }

    /** An address space that has pinned before, with pages in the same state, and free folios. */
    private static final class Mapped {
        final Mm mm;
        private final List<Folio> spares;

        Mapped(Machine machine, int pages, int spares, boolean large, PageState state) {
            Scene scene = new Scene(machine, X86);
            List<Folio> folios = state.in(scene).large(large).holding(0, pages);
            this.spares = scene.free("folio", spares);
            mm = scene.mm("parent").hasPinned(true).mapping(folios, state.pte, oneLock(machine));
        }

        /** The first free folio. */
        Folio spare() {
            return spares.get(0);
        }

        /** All free folios, one after the other. */
        FreeFolios pool() {
            return spares.iterator()::next;
        }
    }
}
