// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A run of an actor with a record of what it did before: each access is compared with the record and returns what it returned
 * then; the first one beyond the record is noted, and the actor stopped there.
 */
final class Replay implements Phase {
    /** What an actor did beyond its record: its next access, or how it ended. Exactly one of the two is there. */
    record Continuation(@Nullable Access access, @Nullable Object end) {
        boolean isSame(Continuation that) {
            if (access == null || that.access == null) {
                return Objects.equals(end, that.end);
            }
            return access.isSame(that.access);
        }

        @Override
        public String toString() {
            return access == null ? "returned " + end : access.toString();
        }
    }

    private final Access[] accesses;
    private final long[] results;
    private int position;
    private @Nullable Access next;
    private @Nullable RuleViolation violation;

    /** A run with the record {@code accesses}, of which each returned what stands in {@code results}. */
    Replay(Access[] accesses, long[] results) {
        this.accesses = accesses;
        this.results = results;
    }

    /** How the run goes on, having been stopped. */
    Continuation stopped() {
        throwViolation();
        return new Continuation(next, null);
    }

    /**
     * How the run goes on, having returned {@code end}.
     *
     * @throws RuleViolation if it should have done something else
     */
    Continuation returned(@Nullable Object end) {
        throwViolation();
        if (next != null) {
            throw new RuleViolation("an actor caught the stop at " + next.site() + " and returned " + end);
        }
        if (position < accesses.length) {
            throw notRepeated("returned " + end, accesses[position].toString());
        }
        if (end == null) {
            throw new RuleViolation("an actor returned null" + after(last()));
        }
        return new Continuation(null, end);
    }

    /** The violation that lies in throwing {@code thrown}. */
    RuleViolation failed(Throwable thrown) {
        throwViolation();
        String threw = "threw " + thrown + " at " + Site.thrown(thrown);
        return new RuleViolation(
                next == null ? "an actor " + threw : "an actor caught the stop at " + next.site() + " and " + threw,
                thrown);
    }

    private void throwViolation() {
        if (violation != null) {
            throw violation;
        }
    }

    @Override
    public long take(Access asked) {
        if (next != null) {
            throw refuse(new RuleViolation("an actor caught the stop at " + next.site() + " and went on with "
                    + asked.kind() + " at " + Site.here()));
        }
        if (position == accesses.length) {
            next = asked.at(Site.here());
            throw Stop.STOP;
        }
        Access recorded = accesses[position];
        if (!recorded.isSame(asked)) {
            throw refuse(notRepeated(asked.at(Site.here()).toString(), recorded.toString()));
        }
        return results[position++];
    }

    @Override
    public RuleViolation refuse(RuleViolation refused) {
        violation = refused;
        return refused;
    }

    private RuleViolation notRepeated(String found, String recorded) {
        return notRepeated(found, recorded, last());
    }

    /** The violation of an actor that did {@code found} after {@code last} where it had done {@code recorded} before. */
    static RuleViolation notRepeated(String found, String recorded, @Nullable Access last) {
        return new RuleViolation("an actor did not repeat itself: " + found + " instead of " + recorded + after(last));
    }

    private @Nullable Access last() {
        return position == 0 ? null : accesses[position - 1];
    }

    private static String after(@Nullable Access last) {
        return last == null ? ", before any step" : ", after " + last;
    }
}
