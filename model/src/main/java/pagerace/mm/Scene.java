// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.machine.SpinLock;
import pagerace.machine.Tlb;
import pagerace.machine.Translation;

/**
 * Sets up what the actors of a scenario share: folios, whose counts follow from who holds them, and the address spaces that map
 * them.
 *
 * <p>Folios come first, and have page frame numbers from 1 on in the order in which they are made. The map of all, or the first
 * address space, closes the list.
 */
public final class Scene {
    private final Machine machine;
    private final Platform platform;
    private final List<Folio> folios = new ArrayList<>();
    private @Nullable MemMap memMap;

    /** An empty scene on {@code machine}; page-table entries are updated and flushed as {@code platform} does. */
    public Scene(Machine machine, Platform platform) {
        this.machine = machine;
        this.platform = platform;
    }

    /** A page of an address space, which nobody has yet. */
    public Page anon(String name) {
        return new Page(name, Folio.ANON, 0);
    }

    /** A page in the page cache of a file on disk; the cache holds one reference. */
    public Page file(String name) {
        return new Page(name, Folio.FILE, 1);
    }

    /** A page in the page cache of a shmem file; the cache holds one reference. */
    public Page shmem(String name) {
        return new Page(name, Folio.SHMEM, 1);
    }

    /** A free folio: an allocation may take it. */
    public Folio free(String name) {
        return add(name, new Folio(machine, name, folios.size() + 1, false, Folio.Initially.FREE));
    }

    /** As many free folios. */
    public List<Folio> free(String name, int folios) {
        return several(folios, () -> free(name));
    }

    /** The map of all folios. No more can be made afterwards. */
    public MemMap memMap() {
        MemMap map = memMap;
        if (map == null) {
            map = new MemMap(machine, folios);
            memMap = map;
        }
        return map;
    }

    /** An address space whose words traces call {@code owner.mmap_lock} and so on. */
    public Space mm(String owner) {
        return new Space(owner, memMap());
    }

    private static List<Folio> several(int folios, Supplier<Folio> next) {
        List<Folio> made = new ArrayList<>();
        for (int i = 0; i < folios; i++) {
            made.add(next.get());
        }
        return made;
    }

    private Folio add(String name, Folio folio) {
        if (memMap != null) {
            throw new IllegalStateException("the folio " + name + " comes after the map of all, or an address space");
        }
        folios.add(folio);
        return folio;
    }

    /** A folio that is described by who holds it. */
    public final class Page {
        private final String name;
        private final long mapping;
        private long references;
        private long mappings;
        private long flags = Folio.UPTODATE;
        private boolean large;
        private boolean pinned;
        private RefEncoding encoding = RefEncoding.UNLESS_ZERO;

        private Page(String name, long mapping, long references) {
            this.name = name;
            this.mapping = mapping;
            this.references = references;
        }

        /** An entry maps it, and has a reference. */
        public Page mapped() {
            return mapped(1);
        }

        /** As many entries map it, each with a reference. */
        public Page mapped(int entries) {
            references += entries;
            mappings += entries;
            return this;
        }

        /** Somebody has an ordinary reference, from isolating it, from finding it, or from GUP. */
        public Page held() {
            return held(1);
        }

        /** As many ordinary references are held. */
        public Page held(long ordinary) {
            references += ordinary;
            return this;
        }

        /** Somebody has pinned it: a small folio, whose pins are references. */
        public Page pinned() {
            pinned = true;
            return held(Folio.PIN_BIAS);
        }

        /** These of its {@code PG_} bits are set; it is up to date in any case. */
        public Page with(long pageFlags) {
            flags |= pageFlags;
            return this;
        }

        /** {@code PG_anon_exclusive}, if it {@code is}. */
        public Page exclusive(boolean is) {
            return is ? with(Folio.ANON_EXCLUSIVE) : this;
        }

        /** A large folio, if it {@code is}: its pins have a count of their own. */
        public Page large(boolean is) {
            large = is;
            return this;
        }

        /** How its count says that nobody may take a reference. */
        public Page counted(RefEncoding how) {
            encoding = how;
            return this;
        }

        /**
         * That folio, with such content.
         *
         * @throws IllegalStateException if it is large and pinned: a large folio has a count of its own for that
         */
        public Folio holding(long content) {
            if (large && pinned) {
                throw new IllegalStateException("the large folio " + name + " counts its pins elsewhere");
            }
            Folio.Initially initially = new Folio.Initially(references, mappings, flags, mapping, content);
            return add(name, new Folio(machine, name, folios.size() + 1, large, initially, encoding));
        }

        /** As many such folios, each with such content. A holder of this one holds each of them. */
        public List<Folio> holding(long content, int folios) {
            return several(folios, () -> holding(content));
        }
    }

    /** An address space in the making. */
    public final class Space {
        private final String owner;
        private final MemMap folios;
        private int walkers = 1;
        private boolean hasPinned;
        private @Nullable Translation translation;

        private Space(String owner, MemMap folios) {
            this.owner = owner;
            this.folios = folios;
        }

        /** As many CPUs walk its tables, or store through them, while a flush may wait for them; one unless told otherwise. */
        public Space walkers(int cpus) {
            walkers = cpus;
            return this;
        }

        /** {@code MMF_HAS_PINNED}, if it {@code is}: some page was pinned before. */
        public Space hasPinned(boolean is) {
            hasPinned = is;
            return this;
        }

        /** A CPU has {@code entry} in its TLB, or {@link Translation#NONE}, and goes by that. */
        public Space caching(long entry) {
            translation = new Translation(machine, KernelFormat.PTE, entry);
            return this;
        }

        /** That address space, with a table of one entry. */
        public Mm mapping(long entry) {
            return mapping(new PageTable(machine, owner, entry));
        }

        /** That address space, with a table of two entries. */
        public Mm mapping(long entry, long next) {
            return mapping(new PageTable(machine, owner, entry, next));
        }

        /**
         * That address space, with a table whose entries map {@code pages} with {@code flags}.
         *
         * @param ptlOf the lock of the entry at an index
         */
        public Mm mapping(List<Folio> pages, long flags, IntFunction<SpinLock> ptlOf) {
            PageTable table = new PageTable(machine, pages.size(), ptlOf);
            for (int i = 0; i < pages.size(); i++) {
                table.entry(i).word.writeOnce(Pte.present(pages.get(i).pfn, flags));
            }
            return mapping(table);
        }

        /** That address space, without a table: a PMD entry that a leaf may fill. */
        public Mm mappingNothing() {
            return mapping(PageTable.none(machine, owner));
        }

        /** That address space, with {@code table}. */
        public Mm mapping(PageTable table) {
            Tlb tlb = new Tlb(machine, platform.flush(), walkers, translation);
            return new Mm(machine, owner, platform, folios, table, tlb, hasPinned);
        }
    }
}
