// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

/**
 * {@code vm_area_struct}: one mapping of an address space, as far as GUP asks about it. It is always writable and readable.
 *
 * @param backing what is mapped
 * @param shared whether {@code VM_SHARED} is set: stores reach the file, and not a private copy
 */
public record Vma(Backing backing, boolean shared) {
    /** What a mapping maps. */
    public enum Backing {
        /** Private anonymous memory. Shared anonymous memory is an unnamed {@link #SHMEM} file. */
        ANON(false),
        /** A file of {@code tmpfs}, a {@code memfd}, shared anonymous memory. */
        SHMEM(false),
        /** Huge pages of {@code hugetlbfs}. */
        HUGETLB(false),
        /** A file of a filesystem like ext4, which must be told of the first store to a clean page. */
        FILE(true),
        /** A file that is mapped straight from storage. Its filesystem must be told of stores too. */
        FSDAX(true),
        /** {@code memfd_secret}: memory that even the kernel does not map. */
        SECRETMEM(false);

        private final boolean tracked;

        Backing(boolean tracked) {
            this.tracked = tracked;
        }
    }

    /**
     * A mapping that {@code mmap} can make.
     *
     * @throws IllegalArgumentException if it cannot: shared {@link Backing#ANON}, private {@link Backing#SECRETMEM}
     */
    public Vma {
        if (!exists(backing, shared)) {
            throw new IllegalArgumentException((shared ? "shared " : "private ") + backing + " cannot be mapped");
        }
    }

    /** Whether there are such mappings. */
    public static boolean exists(Backing backing, boolean shared) {
        return switch (backing) {
            case ANON -> !shared;
            case SECRETMEM -> shared;
            case SHMEM, HUGETLB, FILE, FSDAX -> true;
        };
    }

    /** Whether the filesystem needs to know when pages get dirty, whatever the kind of the mapping. */
    public boolean isTracked() {
        return backing.tracked;
    }
}
