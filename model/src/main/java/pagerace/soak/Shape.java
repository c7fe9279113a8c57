// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

/**
 * How large everything is.
 *
 * @param threads the threads, each with a CPU of its own
 * @param stripes the locks that the page tables of one address space share
 * @param folios all folios, used and spare
 */
record Shape(int threads, int stripes, int folios) {
    static final int ENTRIES = 64;
    static final int SHMEM_FILES = 4;
    static final int SHMEM_PAGES = 4;
    static final int DISK_FILES = 4;
    static final int KSM_PAGES = 2;

    /** Of all folios this part, rounded down to whole tables, can be the parent's at a time, and as many the child's. */
    private static final int ANON_PART = 4;

    /** The page tables for anonymous memory. */
    int anonTables() {
        return Math.max(1, folios / ANON_PART / ENTRIES);
    }

    /** The pages of a part of the address space. */
    int pages(Area area) {
        return switch (area) {
            case ANON -> anonTables() * ENTRIES;
            case SHMEM -> SHMEM_FILES * SHMEM_PAGES;
            case DISK -> DISK_FILES;
        };
    }
}
