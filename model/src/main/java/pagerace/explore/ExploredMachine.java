// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Step.Kind;
import pagerace.machine.Format;
import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.Word;

/**
 * The machine of the explorer. A word is a number; where its value is kept depends on the phase:
 * <ul>
 *   <li>setup and judge run alone: the machine keeps one value per word, and accesses act on it;
 *   <li>an actor is <em>replayed</em>: each access is compared with the record of what the actor did before and returns what
 *       it returned then; the first access beyond the record is noted, and the actor stopped by {@link Stop};
 *   <li>at any other time, touching a word is a violation.
 * </ul>
 */
final class ExploredMachine extends Machine {
    /** Stops an actor at its first step beyond the record. Model code must let it pass. */
    private static final class Stop extends Error {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings("StaticAssignmentOfThrowable") // has no stack trace that could mislead
        static final Stop STOP = new Stop();

        private Stop() {
            super("the explorer stops the actor here", null, false, false);
        }
    }

    /** What an actor did beyond its record: its next step, or how it ended. Exactly one of the two is there. */
    record Continuation(@Nullable Step step, @Nullable Object end) {
        boolean isSame(Continuation that) {
            if (step == null || that.step == null) {
                return Objects.equals(end, that.end);
            }
            return step.isSame(that.step);
        }

        @Override
        public String toString() {
            return step == null ? "returned " + end : step.toString();
        }
    }

    private static final boolean[] NONE = {};

    private enum Phase {
        ALONE,
        REPLAY,
        TRIAL,
        IDLE
    }

    /** What accesses return in a trial run of an actor. */
    interface Trial {
        /** The result of one access or fence; {@link #end} if nobody wants to know how it goes on. */
        long access(Kind kind, int location, long a, long b, Order order, @Nullable LongPredicate until);

        /** Ends the trial. */
        static RuntimeException end() {
            throw Stop.STOP;
        }
    }

    /** How many values of one word trial runs try. */
    private static final int MAX_KNOWN_VALUES = 12;

    private final List<Set<Long>> knownValues = new ArrayList<>();
    private @Nullable Trial trial;

    /** The words that count references. */
    private final BitSet counters = new BitSet();

    private final List<String> names = new ArrayList<>();
    private final List<Format> formats = new ArrayList<>();
    private long[] values = new long[8];
    private Phase phase = Phase.ALONE;
    private boolean setup = true;
    private @Nullable Weakening weakening;
    private boolean[] undecided = NONE;
    private int asked;

    private @Nullable List<Solo.Access> noted;

    private Step[] steps = {};
    private long[] results = {};
    private int position;
    private @Nullable Step next;
    private @Nullable RuleViolation violation;

    /** Ends the setup and returns the initial value of each word. */
    long[] endSetup() {
        setup = false;
        phase = Phase.IDLE;
        for (int location = 0; location < names.size(); location++) {
            knownValues.add(new LinkedHashSet<>(Set.of(values[location])));
        }
        return Arrays.copyOf(values, names.size());
    }

    /** From now on actors do without what {@code given} says. */
    void weaken(Weakening given) {
        weakening = given;
    }

    /** The names of the words. */
    List<String> names() {
        return List.copyOf(names);
    }

    /** How the values of each word read. */
    List<Format> formats() {
        return List.copyOf(formats);
    }

    /** Runs {@code judge} alone on words that hold {@code last}. */
    <O> O judge(long[] last, Supplier<O> judge) {
        values = last;
        phase = Phase.ALONE;
        try {
            return judge.get();
        } finally {
            phase = Phase.IDLE;
        }
    }

    /** Runs {@code operation} alone on the words as setup left them; what it did, or nothing if it waits for ever. */
    Optional<List<Solo.Access>> runAlone(Supplier<?> operation) {
        List<Solo.Access> accesses = new ArrayList<>();
        noted = accesses;
        phase = Phase.ALONE;
        try {
            var unused = operation.get();
            return Optional.of(accesses);
        } catch (Stop waits) {
            return Optional.empty();
        } finally {
            phase = Phase.IDLE;
            noted = null;
        }
    }

    /** As {@link #judge}, but some words hold nothing yet: at the first read of one, the judge is stopped. */
    <O> Judgement<O> judgeInPart(long[] last, boolean[] open, Supplier<O> judge) {
        undecided = open;
        asked = Step.NOWHERE;
        try {
            return new Judgement<>(judge(last, judge), Step.NOWHERE);
        } catch (Stop stop) {
            return new Judgement<>(null, asked);
        } finally {
            undecided = NONE;
        }
    }

    /** What the judge said, or the word that he asked for. */
    record Judgement<O>(@Nullable O outcome, int asked) {}

    /**
     * Runs {@code actor} with a record: its steps so far and what each returned.
     *
     * @throws RuleViolation if it does anything else than on record, or does not let itself be stopped
     */
    Continuation replay(Supplier<?> actor, Step[] recordedSteps, long[] recordedResults) {
        steps = recordedSteps;
        results = recordedResults;
        position = 0;
        next = null;
        violation = null;
        phase = Phase.REPLAY;
        try {
            Object end = actor.get();
            return ended(end);
        } catch (Stop stop) {
            if (violation != null) {
                throw violation;
            }
            return new Continuation(next, null);
        } catch (RuntimeException | Error e) {
            if (violation != null) {
                throw violation;
            }
            throw new RuleViolation(
                    next == null
                            ? "an actor threw " + e + " at " + Site.thrown(e)
                            : "an actor caught the stop at " + next.site() + " and threw " + e + " at "
                                    + Site.thrown(e),
                    e);
        } finally {
            phase = Phase.IDLE;
        }
    }

    private Continuation ended(@Nullable Object end) {
        if (violation != null) {
            throw violation;
        }
        if (next != null) {
            throw new RuleViolation("an actor caught the stop at " + next.site() + " and returned " + end);
        }
        if (position < steps.length) {
            throw notRepeated("returned " + end, steps[position].toString());
        }
        if (end == null) {
            throw new RuleViolation("an actor returned null" + lastSite());
        }
        return new Continuation(null, end);
    }

    /** Runs {@code actor} on results that it never saw together; model code may well fail on them, and then the run ends. */
    void tryOut(Supplier<?> actor, Trial wanted) {
        trial = wanted;
        phase = Phase.TRIAL;
        try {
            var unused = actor.get();
        } catch (Stop | RuntimeException | AssertionError e) {
            // ended early
        } finally {
            phase = Phase.IDLE;
            trial = null;
        }
    }

    /** Values that the word is known to have had, its first one among them. */
    Set<Long> knownValues(int location) {
        return knownValues.get(location);
    }

    /** Notes what {@code before} returned and what {@code step} writes. */
    void noteValues(@Nullable Step before, long seen, Step step) {
        if (before != null && before.kind().isSeen() && !before.kind().isSeenAsTruth()) {
            noteValue(before.location(), seen);
        }
        switch (step.kind()) {
            case WRITE, XCHG -> noteValue(step.location(), step.a());
            case CMPXCHG -> noteValue(step.location(), step.b());
            default -> {}
        }
    }

    private void noteValue(int location, long value) {
        Set<Long> known = knownValues.get(location);
        if (known.size() < MAX_KNOWN_VALUES) {
            known.add(value);
        }
    }

    /** The violation of an actor that did {@code found} where it had done {@code recorded} before. */
    RuleViolation notRepeated(String found, String recorded) {
        return new RuleViolation("an actor did not repeat itself: " + found + " instead of " + recorded + lastSite());
    }

    private String lastSite() {
        return position == 0 ? ", before any step" : ", after " + steps[position - 1];
    }

    private long access(Kind kind, int location, long a, long b, Order asked, @Nullable LongPredicate until) {
        Order order = asked;
        if (weakening != null && (phase == Phase.REPLAY || phase == Phase.TRIAL)) {
            if (weakening.drops(kind, location, order)) {
                return kind == Kind.TRY_ACQUIRE_WHEN_CLEAR ? 1 : 0;
            }
            order = weakening.relaxes(kind, location, order) ? Order.RELAXED : order;
        }
        switch (phase) {
            case ALONE -> {
                return accessAlone(kind, location, a, b, order, until);
            }
            case REPLAY -> {
                return accessInReplay(kind, location, a, b, order, until);
            }
            case TRIAL -> {
                return Objects.requireNonNull(trial).access(kind, location, a, b, order, until);
            }
            default ->
                throw new RuleViolation((location == Step.NOWHERE ? "a fence" : names.get(location))
                        + " was used outside setup, actors and judge, at " + Site.here());
        }
    }

    private long accessAlone(Kind kind, int location, long a, long b, Order order, @Nullable LongPredicate until) {
        if (noted != null) {
            long read = kind.isFence() ? 0 : values[location];
            if (!kind.isEnabledBy(read, a, until)) {
                throw Stop.STOP;
            }
            noted.add(new Solo.Access(new Step(kind, location, a, b, order, until, false, Site.UNKNOWN), read));
        }
        if (kind.isFence()) {
            return 0;
        }
        if (location < undecided.length && undecided[location]) {
            if (kind != Kind.WRITE) {
                asked = location;
                throw Stop.STOP;
            }
            undecided[location] = false;
        }
        long read = values[location];
        if (!kind.isEnabledBy(read, a, until)) {
            throw new RuleViolation((setup ? "setup" : "the judge") + " waits for ever for " + names.get(location)
                    + ", at " + Site.here());
        }
        if (kind.takesPlace(read, a, b)) {
            values[location] = kind.after(read, a, b);
        }
        return kind.seen(read, a, b);
    }

    private long accessInReplay(Kind kind, int location, long a, long b, Order order, @Nullable LongPredicate until) {
        if (next != null) {
            violation = new RuleViolation(
                    "an actor caught the stop at " + next.site() + " and went on with " + kind + " at " + Site.here());
            throw violation;
        }
        if (position == steps.length) {
            next = new Step(kind, location, a, b, order, until, false, Site.here());
            throw Stop.STOP;
        }
        Step recorded = steps[position];
        if (!recorded.isSame(kind, location, a, b, order)) {
            Step found = new Step(kind, location, a, b, order, until, false, Site.here());
            violation = notRepeated(found.toString(), recorded.toString());
            throw violation;
        }
        return results[position++];
    }

    @Override
    public Word word(String name, Format format, long initial) {
        if (!setup) {
            violation = new RuleViolation("the word " + name + " was made outside setup, at " + Site.here());
            throw violation;
        }
        int location = names.size();
        names.add(name);
        formats.add(format);
        if (location == values.length) {
            values = Arrays.copyOf(values, 2 * location);
        }
        values[location] = initial;
        return new ExploredWord(this, location);
    }

    @Override
    public Word word(String name, int index, Format format, long initial) {
        return word(name + "[" + index + "]", format, initial);
    }

    @Override
    public Word counter(String owner, String field, Format format, long initial) {
        counters.set(names.size());
        return word(owner, field, format, initial);
    }

    /** Whether {@code step} adds a reference, without looking, where it read that there is none. */
    boolean isReferenceFromZero(Step step, long read) {
        boolean adds = step.kind() == Kind.ADD || step.kind() == Kind.FETCH_ADD;
        return adds && step.a() > 0 && read == 0 && counters.get(step.location());
    }

    private void fence(Kind kind) {
        access(kind, Step.NOWHERE, 0, 0, Order.FULL, null);
    }

    @Override
    public void smpMb() {
        fence(Kind.MB);
    }

    @Override
    public void smpRmb() {
        fence(Kind.RMB);
    }

    @Override
    public void smpWmb() {
        fence(Kind.WMB);
    }

    @Override
    public void smpMbBeforeAtomic() {
        fence(Kind.MB_BEFORE_ATOMIC);
    }

    @Override
    public void smpMbAfterAtomic() {
        fence(Kind.MB_AFTER_ATOMIC);
    }

    @Override
    public void smpMbAfterSpinlock() {
        fence(Kind.MB_AFTER_SPINLOCK);
    }

    /** A location. It holds no value. */
    private static final class ExploredWord extends Word {
        private final ExploredMachine machine;
        private final int location;

        ExploredWord(ExploredMachine machine, int location) {
            this.machine = machine;
            this.location = location;
        }

        private long access(Kind kind, long a, long b, Order order) {
            return machine.access(kind, location, a, b, order, null);
        }

        @Override
        public long readOnce() {
            return access(Kind.READ, 0, 0, Order.RELAXED);
        }

        @Override
        public long loadAcquire() {
            return access(Kind.READ, 0, 0, Order.ACQUIRE);
        }

        @Override
        public void writeOnce(long value) {
            access(Kind.WRITE, value, 0, Order.RELAXED);
        }

        @Override
        public void storeRelease(long value) {
            access(Kind.WRITE, value, 0, Order.RELEASE);
        }

        @Override
        public long xchg(long value, Order order) {
            return access(Kind.XCHG, value, 0, order);
        }

        @Override
        public long cmpxchg(long expected, long value, Order order) {
            return access(Kind.CMPXCHG, expected, value, order);
        }

        @Override
        public long fetchAdd(long delta, Order order) {
            return access(Kind.FETCH_ADD, delta, 0, order);
        }

        @Override
        public long fetchOr(long mask, Order order) {
            return access(Kind.FETCH_OR, mask, 0, order);
        }

        @Override
        public long fetchAndNot(long mask, Order order) {
            return access(Kind.FETCH_AND_NOT, mask, 0, order);
        }

        @Override
        public boolean addUnless(long delta, long unless, Order order) {
            return access(Kind.ADD_UNLESS, delta, unless, order) != 0;
        }

        @Override
        public long await(LongPredicate until) {
            return machine.access(Kind.AWAIT, location, 0, 0, Order.RELAXED, until);
        }

        @Override
        public void acquireWhenClear(long busy, long delta) {
            access(Kind.ACQUIRE_WHEN_CLEAR, busy, delta, Order.ACQUIRE);
        }

        @Override
        public boolean tryAcquireWhenClear(long busy, long delta) {
            return access(Kind.TRY_ACQUIRE_WHEN_CLEAR, busy, delta, Order.ACQUIRE) != 0;
        }

        @Override
        public void add(long delta) {
            access(Kind.ADD, delta, 0, Order.RELAXED);
        }

        @Override
        public void or(long mask) {
            access(Kind.OR, mask, 0, Order.RELAXED);
        }

        @Override
        public void andNot(long mask) {
            access(Kind.AND_NOT, mask, 0, Order.RELAXED);
        }

        @Override
        public void clearBitUnlock(long mask) {
            access(Kind.AND_NOT, mask, 0, Order.RELEASE);
        }
    }
}
