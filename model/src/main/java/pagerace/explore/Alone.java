// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Setup, the judge, or an operation for itself: there is one value per word, and accesses act on it at once. */
class Alone implements Phase {
    private final String who;
    private final List<String> names;
    private long[] values;

    /**
     * A phase in which {@code who} runs.
     *
     * @param names the names of the words, for messages; may grow
     * @param values what each word holds; changed by what is written
     */
    Alone(String who, List<String> names, long[] values) {
        this.who = who;
        this.names = names;
        this.values = values;
    }

    /** Lets the new word at {@code location} hold {@code initial}. */
    final void hold(int location, long initial) {
        if (location >= values.length) {
            values = Arrays.copyOf(values, 2 * location + 1);
        }
        values[location] = initial;
    }

    /** What the word holds. */
    final long value(int location) {
        return values[location];
    }

    /** What the first {@code count} words hold. */
    final long[] values(int count) {
        return Arrays.copyOf(values, count);
    }

    @Override
    public long take(Access asked) {
        if (asked.kind().isFence()) {
            return 0;
        }
        long read = value(asked.location());
        if (!asked.isEnabledBy(read)) {
            throw waits(asked);
        }
        if (asked.takesPlace(read)) {
            values[asked.location()] = asked.after(read);
        }
        return asked.seen(read);
    }

    /** What to throw where {@code asked} waits for ever. */
    Error waits(Access asked) {
        throw new RuleViolation(who + " waits for ever for " + names.get(asked.location()) + ", at " + Site.here());
    }

    /** An operation for itself, whose accesses are noted. It is stopped where it waits for ever. */
    static final class Noted extends Alone {
        private final List<Taken> taken = new ArrayList<>();

        Noted(List<String> names, long[] values) {
            super("an operation", names, values);
        }

        List<Taken> taken() {
            return taken;
        }

        @Override
        public long take(Access asked) {
            long read = asked.kind().isFence() ? 0 : value(asked.location());
            long seen = super.take(asked);
            taken.add(new Taken(asked, read));
            return seen;
        }

        @Override
        Error waits(Access asked) {
            return Stop.STOP;
        }
    }

    /** A judge before all of memory is decided. He is stopped where he reads a word that is still open. */
    static final class InPart extends Alone {
        private final boolean[] open;
        private int wanted = Access.NOWHERE;

        InPart(String who, List<String> names, long[] values, boolean[] open) {
            super(who, names, values);
            this.open = open;
        }

        /** The word at which the judge was stopped. */
        int wanted() {
            return wanted;
        }

        @Override
        public long take(Access asked) {
            int location = asked.location();
            if (location != Access.NOWHERE && open[location]) {
                if (asked.kind() != Access.Kind.WRITE) {
                    wanted = location;
                    throw Stop.STOP;
                }
                open[location] = false;
            }
            return super.take(asked);
        }
    }
}
