// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import pagerace.machine.TlbProfile;
import pagerace.mm.Platform;
import pagerace.mm.op.GupFast;

/** The dimensions that several races share. */
final class Dimensions {
    private Dimensions() {}

    /** What the user of the pin wants to do with the page. */
    enum Access implements Dimension {
        WRITE("write", "the user of the pin writes: FOLL_WRITE through a writable entry"),
        READ("read", "the user of the pin reads, through a read-only entry of an exclusive page");

        private final Choice choice;

        Access(String label, String sentence) {
            choice = new Choice("access", label, sentence);
        }

        /** The GUP flag of this access. */
        int flag() {
            return this == WRITE ? GupFast.FOLL_WRITE : 0;
        }

        @Override
        public Choice choice() {
            return choice;
        }
    }

    /** Which kind of reference is taken. */
    enum Reference implements Dimension {
        PIN("pin", "FOLL_PIN: a pin, which the kernel can tell from other references"),
        GET("get", "FOLL_GET: an ordinary reference, which no check for pins can see");

        private final Choice choice;

        Reference(String label, String sentence) {
            choice = new Choice("reference", label, sentence);
        }

        /** The GUP flag of this reference. */
        int flag() {
            return this == PIN ? GupFast.FOLL_PIN : 0;
        }

        @Override
        public Choice choice() {
            return choice;
        }
    }

    /** How a folio counts its pins. */
    enum FolioSize implements Dimension {
        SMALL("small", "a small folio: pins are counted in the refcount, 1024 each"),
        LARGE("large", "a large folio: pins are counted in a word of their own");

        private final Choice choice;

        FolioSize(String label, String sentence) {
            choice = new Choice("folio", label, sentence);
        }

        @Override
        public Choice choice() {
            return choice;
        }
    }

    /** Whether the address space is marked as having pinned pages already. */
    enum PinHistory implements Dimension {
        FIRST_PIN("first-pin", "the first pin ever of this address space: its flag is set in the race"),
        LATER_PIN("later-pin", "the address space had a pin before: its flag is set already");

        private final Choice choice;

        PinHistory(String label, String sentence) {
            choice = new Choice("history", label, sentence);
        }

        @Override
        public Choice choice() {
            return choice;
        }
    }

    /** The architecture, as page-table updates and TLB flushes see it. */
    enum On implements Dimension {
        X86("x86", Platform.PteUpdate.LOCKED, TlbProfile.IPI, "locked page-table updates; a flush waits for walkers"),
        X86_BROADCAST(
                "x86-broadcast",
                Platform.PteUpdate.LOCKED,
                TlbProfile.BROADCAST,
                "locked page-table updates; a paravirtual or broadcast flush waits for nobody"),
        X86_BATCHED(
                "x86-batched",
                Platform.PteUpdate.LOCKED,
                TlbProfile.DEFERRED,
                "virtualised x86: locked page-table updates; flushes are left for the end of the batch, or broadcast where they must not be"),
        ARM64(
                "arm64",
                Platform.PteUpdate.RELAXED,
                TlbProfile.BROADCAST,
                "unordered page-table updates; a flush is a full fence and waits for nobody"),
        ARM64_BATCHED(
                "arm64-batched",
                Platform.PteUpdate.RELAXED,
                TlbProfile.DEFERRED,
                "unordered page-table updates; flushes are left for the end of the batch, or broadcast where they must not be");

        private final Choice choice;
        private final Platform platform;

        On(String label, Platform.PteUpdate update, TlbProfile flush, String sentence) {
            choice = new Choice("platform", label, sentence);
            platform = new Platform(update, flush);
        }

        Platform platform() {
            return platform;
        }

        @Override
        public Choice choice() {
            return choice;
        }
    }
}
