// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import pagerace.machine.TlbProfile;
import pagerace.mm.Platform;
import pagerace.mm.op.GupFast;

/** The dimensions that several races share. */
final class Dimensions {
    private Dimensions() {}

    /** What the user of the pin wants to do with the page. */
    @Dimension.Called("access")
    enum Access implements Dimension {
        @Means("the user of the pin writes: FOLL_WRITE through a writable entry")
        WRITE,
        @Means("the user of the pin reads, through a read-only entry of an exclusive page")
        READ;

        /** The GUP flag of this access. */
        int flag() {
            return this == WRITE ? GupFast.FOLL_WRITE : 0;
        }
    }

    /** Which kind of reference is taken. */
    @Dimension.Called("reference")
    enum Reference implements Dimension {
        @Means("FOLL_PIN: a pin, which the kernel can tell from other references")
        PIN,
        @Means("FOLL_GET: an ordinary reference, which no check for pins can see")
        GET;

        /** The GUP flag of this reference. */
        int flag() {
            return this == PIN ? GupFast.FOLL_PIN : 0;
        }
    }

    /** What the entry maps: that decides how pins are counted. */
    @Dimension.Called("mapped")
    enum Mapped implements Dimension {
        @Means("a small folio: pins are counted in the refcount, 1024 each")
        SMALL,
        @Means("a large folio: pins are counted in a word of their own")
        LARGE
    }

    /** Whether the address space is marked as having pinned pages already. */
    @Dimension.Called("history")
    enum PinHistory implements Dimension {
        @Means("the first pin ever of this address space: its flag is set in the race")
        FIRST_PIN,
        @Means("the address space had a pin before: its flag is set already")
        LATER_PIN
    }

    /** The architecture, as page-table updates and TLB flushes see it. */
    @Dimension.Called("platform")
    enum On implements Dimension {
        @Means("locked page-table updates; a flush waits for walkers")
        X86(Platform.PteUpdate.LOCKED, TlbProfile.IPI),
        @Means("locked page-table updates; a paravirtual or broadcast flush waits for nobody")
        X86_BROADCAST(Platform.PteUpdate.LOCKED, TlbProfile.BROADCAST),
        @Means(
                "virtualised x86: locked page-table updates; flushes are left for the end of the batch, or broadcast where they must not be")
        X86_BATCHED(Platform.PteUpdate.LOCKED, TlbProfile.DEFERRED),
        @Means("unordered page-table updates; a flush is a full fence and waits for nobody")
        ARM64(Platform.PteUpdate.RELAXED, TlbProfile.BROADCAST),
        @Means(
                "unordered page-table updates; flushes are left for the end of the batch, or broadcast where they must not be; arm64"
                        + " began to batch between 6.6 and 6.8, so for older releases this is hypothetical")
        ARM64_BATCHED(Platform.PteUpdate.RELAXED, TlbProfile.DEFERRED);

        private final Platform platform;

        On(Platform.PteUpdate update, TlbProfile flush) {
            platform = new Platform(update, flush);
        }

        Platform platform() {
            return platform;
        }
    }
}
