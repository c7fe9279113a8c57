// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

/** What a thread may choose to do, with how often it does in {@link #area}. */
enum Action {
    /** The user loads. */
    LOAD(Area.ANON, 5),
    /** The user stores, half of the time what KSM looks for. */
    STORE(Area.ANON, 16),
    /** A pin for writing. */
    PIN_WRITE(Area.ANON, 14),
    /** A pin for reading. */
    PIN_READ(Area.ANON, 12),
    /** An ordinary reference for writing. */
    GET_WRITE(Area.ANON, 10),
    /** An ordinary reference for reading. */
    GET_READ(Area.ANON, 2),
    /** Gives back a pin or a reference, in whatever part of the address space it is. */
    RELEASE(Area.ANON, 40),
    /** Fork of one page; what the child had there goes first. */
    FORK(Area.ANON, 14),
    /** The child stores. */
    CHILD_STORE(Area.ANON, 4),
    /** The child's page goes. */
    CHILD_EXIT(Area.ANON, 5),
    /** Reclaim of the page to swap. */
    RECLAIM(Area.ANON, 12),
    /** Merging by KSM. */
    MERGE(Area.ANON, 16),
    /** Migration to another folio. */
    MIGRATE(Area.ANON, 8),
    /** {@code MADV_DONTNEED}. */
    DISCARD(Area.ANON, 2),

    /** A direct fault. */
    SHMEM_FAULT(Area.SHMEM, 10),
    /** Fault-around over the file. */
    SHMEM_AROUND(Area.SHMEM, 24),
    /** The user stores. */
    SHMEM_STORE(Area.SHMEM, 6),
    /** A pin for writing. */
    SHMEM_PIN(Area.SHMEM, 5),
    /** Gives it back. */
    SHMEM_RELEASE(Area.SHMEM, 8),
    /** A lookup in the page cache. */
    SHMEM_LOOKUP(Area.SHMEM, 5),
    /** A hole over the whole file. */
    SHMEM_PUNCH(Area.SHMEM, 9),
    /** A truncation to nothing, and back. */
    SHMEM_TRUNCATE(Area.SHMEM, 3),
    /** {@code MADV_DONTNEED} of one page. */
    SHMEM_DISCARD(Area.SHMEM, 5),

    /** The user stores. */
    DISK_STORE(Area.DISK, 20),
    /** The flusher. */
    DISK_WRITEBACK(Area.DISK, 16),
    /** A device writes through a short pin, and the page is marked and unpinned. */
    DISK_UNPIN_DIRTY(Area.DISK, 14),
    /** A device writes through an ordinary reference, marks the page and drops it. */
    DISK_DROP_DIRTY(Area.DISK, 12),
    /** A long-term pin for writing, which must be refused. */
    DISK_LONGTERM(Area.DISK, 2),
    /** Reclaim of the page. */
    DISK_RECLAIM(Area.DISK, 14),
    /** A truncation to nothing, and back. */
    DISK_TRUNCATE(Area.DISK, 6),
    /** {@code MADV_DONTNEED}. */
    DISK_DISCARD(Area.DISK, 6);

    final Area area;
    final int weight;

    Action(Area area, int weight) {
        this.area = area;
        this.weight = weight;
    }

    /** Whether it gives a reference back. */
    boolean isRelease() {
        return this == RELEASE || this == SHMEM_RELEASE;
    }
}
