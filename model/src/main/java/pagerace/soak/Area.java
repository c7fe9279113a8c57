// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

/** A part of the address space; pages are numbered from 0 within each. */
enum Area {
    /** Private anonymous memory, which is swapped, merged, migrated and forked. */
    ANON("parent"),
    /** Files of several pages without a disk. */
    SHMEM("shmem"),
    /** Files of one page on a disk, whose filesystem tracks dirty pages. */
    DISK("disk");

    private final String text;

    Area(String text) {
        this.text = text;
    }

    /** What operations on the page may be about as a whole: the page, or the file that it is in. */
    int object(int page) {
        return this == SHMEM ? page / Shape.SHMEM_PAGES : page;
    }

    /** The page as reports call it: {@code parent[12]}. */
    String page(int page) {
        return text + "[" + page + "]";
    }
}
