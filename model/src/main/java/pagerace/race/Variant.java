// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

/** One way in which the kernel did, does or could do the operations of a race: an enum constant of the race. */
public interface Variant {
    /** Where a variant comes from. */
    enum Kind {
        /** A released kernel, before the present one. */
        HISTORY,
        /** The present kernel. */
        MAINLINE,
        /** A fix that was posted or suggested, never merged. */
        PROPOSAL,
        /** Another variant with one load-bearing step dropped or displaced. */
        MUTANT
    }

    /** The variant in words, unique within its race: the enum constant's name. */
    String name();

    /** Where it comes from. */
    Kind kind();

    /** The kernel releases that have it, or a dash. */
    String kernels();

    /** The commit that introduced it, or a dash. */
    String commit();

    /** The dossier's label, for whoever compares: {@code anon-a4}. */
    String reference();

    /** The one difference in the steps, in one sentence without a full stop. */
    String difference();

    /**
     * Whether the forbidden outcome of this variant is that the actors deadlock. Everywhere else a wait that gives up says
     * that CPU time ran out, and nothing about the variant.
     */
    default boolean deadlocks() {
        return false;
    }
}
