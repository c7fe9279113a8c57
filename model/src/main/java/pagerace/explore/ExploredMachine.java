// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Access.Kind;
import pagerace.explore.Replay.Continuation;
import pagerace.machine.Format;
import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.Word;

/**
 * The machine of the explorer. A word is a number; where its value is kept, if anywhere, depends on the {@link Phase}:
 * <ul>
 *   <li>setup and judge run {@link Alone};
 *   <li>an actor is run as a {@link Replay} of what it did before, up to its next access;
 *   <li>a trial run of an actor gets results that it never saw together, from a phase of the caller's;
 *   <li>at any other time, touching a word is a violation.
 * </ul>
 */
final class ExploredMachine extends Machine {
    private final List<String> names = new ArrayList<>();
    private final List<Format> formats = new ArrayList<>();

    private final References references = new References();

    private final Alone setup = new Alone("setup", names, new long[8]);
    private final Phase idle = this::refuseWhileIdle;
    private Phase phase = setup;
    private @Nullable Weakening weakening;
    private boolean hasRules = true;

    /** Ends the setup and returns the initial value of each word. */
    long[] endSetup() {
        phase = idle;
        return setup.values(names.size());
    }

    /** From now on actors do without what {@code given} says. */
    void weaken(Weakening given) {
        weakening = given;
    }

    /** Words that are made from now on count nothing and are kept by nothing: no actor can break a rule of reference counts. */
    void dropRules() {
        hasRules = false;
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
        return during(new Alone("the judge", names, last), judge);
    }

    /** Runs {@code operation} alone on the words as setup left them; what it did, or nothing if it waits for ever. */
    Optional<List<Taken>> runAlone(Supplier<?> operation) {
        Alone.Noted noted = new Alone.Noted(names, setup.values(names.size()));
        try {
            var unused = during(noted, operation);
            return Optional.of(noted.taken());
        } catch (Stop waits) {
            return Optional.empty();
        }
    }

    /** As {@link #judge}, but some words hold nothing yet: at the first read of one, the judge is stopped. */
    <O> Judgement<O> judgeInPart(long[] last, boolean[] open, Supplier<O> judge) {
        Alone.InPart inPart = new Alone.InPart("the judge", names, last, open);
        try {
            return new Judgement<>(during(inPart, judge), Access.NOWHERE);
        } catch (Stop stop) {
            return new Judgement<>(null, inPart.wanted());
        }
    }

    /** What the judge said, or the word that he asked for. */
    record Judgement<O>(@Nullable O outcome, int asked) {}

    /**
     * Runs {@code actor} with a record: its accesses so far and what each returned.
     *
     * @throws RuleViolation if it does anything else than on record, or does not let itself be stopped
     */
    Continuation replay(Supplier<?> actor, Access[] recordedSteps, long[] recordedResults) {
        Replay replay = new Replay(recordedSteps, recordedResults);
        Object end;
        try {
            end = during(weakened(replay), actor);
        } catch (Stop stop) {
            return replay.stopped();
        } catch (RuntimeException | Error e) {
            throw replay.failed(e);
        }
        return replay.returned(end);
    }

    /**
     * Runs {@code actor} on what {@code trial} returns: results that it never saw together. Model code may well fail on them,
     * and then the run ends.
     */
    void tryOut(Supplier<?> actor, Phase trial) {
        try {
            var unused = during(weakened(trial), actor);
        } catch (Stop | RuntimeException | AssertionError e) {
            // The trial has learned what it wanted, or these results cannot occur together.
        }
    }

    private Phase weakened(Phase actors) {
        return weakening == null ? actors : new Weakened(weakening, actors);
    }

    private <R> R during(Phase wanted, Supplier<R> run) {
        phase = wanted;
        try {
            return run.get();
        } finally {
            phase = idle;
        }
    }

    private long refuseWhileIdle(Access asked) {
        String what = asked.kind().isFence() ? "a fence" : names.get(asked.location());
        throw new RuleViolation(what + " was used outside setup, actors and judge, at " + Site.here());
    }

    private long take(Kind kind, int location, long a, long b, Order order, @Nullable LongPredicate until) {
        return phase.take(new Access(kind, location, a, b, order, until));
    }

    /** Which words count references, and what to. */
    References references() {
        return references;
    }

    @Override
    public Word word(String name, Format format, long initial) {
        if (phase != setup) {
            throw phase.refuse(new RuleViolation("the word " + name + " was made outside setup, at " + Site.here()));
        }
        int location = names.size();
        names.add(name);
        formats.add(format);
        setup.hold(location, initial);
        return new ExploredWord(this, location);
    }

    @Override
    public Word word(String name, int index, Format format, long initial) {
        return word(name + "[" + index + "]", format, initial);
    }

    @Override
    public Word counter(String owner, String field, Format format, long initial) {
        Word counter = word(owner, field, format, initial);
        if (hasRules) {
            references.addCount(location(counter));
        }
        return counter;
    }

    @Override
    public Word keptBy(Word counter, String owner, String field, Format format, long initial) {
        Word kept = word(owner, field, format, initial);
        references.addKept(location(kept), location(counter));
        return kept;
    }

    private static int location(Word word) {
        return ((ExploredWord) word).location;
    }

    private void fence(Kind kind) {
        var unused = take(kind, Access.NOWHERE, 0, 0, Order.FULL, null);
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
            return machine.take(kind, location, a, b, order, null);
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
            return machine.take(Kind.AWAIT, location, 0, 0, Order.RELAXED, until);
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
