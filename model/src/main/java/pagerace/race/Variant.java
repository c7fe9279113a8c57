// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

/**
 * One way in which the kernel did, does or could do the operations of a race: an enum constant of the race, or a user's
 * {@link pagerace.own.OwnFix}.
 */
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
        MUTANT,
        /** A fix of the user's own, which is not part of the catalogue. */
        OWN;

        /** Whether some release has such a variant. */
        public boolean isReleased() {
            return this == HISTORY || this == MAINLINE;
        }
    }

    /**
     * What a variant is.
     *
     * @param kind where it comes from
     * @param kernels the releases that have it, or a dash
     * @param commit the commit that introduced it, or a dash
     * @param difference the one difference in the steps, in one sentence without a full stop
     */
    record Origin(Kind kind, String kernels, String commit, String difference) {
        static Origin mutant(String difference) {
            return new Origin(Kind.MUTANT, "-", "-", difference);
        }

        static Origin own(String difference) {
            return new Origin(Kind.OWN, "-", "-", difference);
        }
    }

    /** The variant in words, unique within its race: the enum constant's name. */
    String name();

    /** Its origin and difference. */
    Origin origin();

    /** Where it comes from. */
    default Kind kind() {
        return origin().kind();
    }

    /** The kernel releases that have it, or a dash. */
    default String kernels() {
        return origin().kernels();
    }

    /** The commit that introduced it, or a dash. */
    default String commit() {
        return origin().commit();
    }

    /** The one difference in the steps, in one sentence without a full stop. */
    default String difference() {
        return origin().difference();
    }

    /** Whether a user wrote it, or what it is a mutant of. */
    default boolean isOwn() {
        return kind() == Kind.OWN;
    }

    /**
     * Whether the forbidden outcome of this variant is that the actors deadlock. Everywhere else a wait that gives up says
     * that CPU time ran out, and nothing about the variant.
     */
    default boolean deadlocks() {
        return false;
    }
}
