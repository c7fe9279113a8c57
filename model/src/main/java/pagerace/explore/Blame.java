// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pagerace.own.BadFix;
import pagerace.race.Point;

/**
 * Whose mistake it is if model code fails: a defect of PageRace, or input that cannot be used.
 *
 * @param own the point of a user's own fix that is explored; null if nothing of a user's is
 */
record Blame(@Nullable Point own) {
    /** Nothing of a user's is explored. */
    static final Blame OURS = new Blame(null);

    /** Of {@code point}. */
    static Blame of(Point point) {
        return point.variant().isOwn() ? new Blame(point) : OURS;
    }

    /**
     * The result of {@code run}.
     *
     * @throws BadFix in place of whatever it throws, if a user's own fix is explored
     */
    <R> R catching(Supplier<R> run) {
        try {
            return run.get();
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            if (own == null) {
                throw e;
            }
            throw badFix(own, e);
        }
    }

    private static BadFix badFix(Point point, Throwable thrown) {
        String what = thrown instanceof RuleViolation
                ? thrown.getMessage()
                : "it threw " + thrown + " at " + Site.thrown(thrown);
        return new BadFix("The own fix " + point.key() + " cannot be explored: " + what + ".", thrown);
    }
}
