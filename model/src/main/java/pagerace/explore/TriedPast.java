// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Access.Kind;
import pagerace.machine.Order;

/**
 * The past of an access whose actor can be run again.
 *
 * <p>Algorithm notes. An actor is a black box, so dependencies are found by trying: a write depends on a read if, had the
 * read returned another value and all other reads the same, the actor would not have come to that write (control) or
 * would have written something else (data). The other values tried are those that the word is known to have had, and some
 * that lie far off. A dependency that none of them shows is missed, which errs towards false alarms; one that a compiler
 * could optimise away is not found either, as it should be. Code after an {@code if} that runs either way does not
 * depend on its condition.
 */
final class TriedPast implements Past {
    /** Steps of a trial run, after which the write is taken to be out of reach. */
    private static final int MAX_TRIAL_STEPS = 1_000;

    /** Far off, and yet not so far that a loop up to it would take long. */
    private static final long FAR = 1L << 20;

    private final ExploredMachine machine;
    private final KnownValues known;
    private final Supplier<?> actor;
    private final Access[] accesses;
    private final long[] results;
    private final Access access;
    private @Nullable Dependence dependence;

    /** The past of {@code access}, which {@code actor} comes to after {@code accesses}, each of which returned its result. */
    TriedPast(
            ExploredMachine machine,
            KnownValues known,
            Supplier<?> actor,
            Access[] accesses,
            long[] results,
            Access access) {
        this.machine = machine;
        this.known = known;
        this.actor = actor;
        this.accesses = accesses;
        this.results = results;
        this.access = access;
    }

    @Override
    public boolean endsWith(Kind fence) {
        for (int i = accesses.length - 1; i >= 0 && accesses[i].kind().isFence(); i--) {
            if (accesses[i].kind() == fence || (fence == Kind.MB && accesses[i].isFullFence())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Dependence dependence() {
        if (dependence == null) {
            dependence = find();
        }
        return dependence;
    }

    private Dependence find() {
        BitSet control = new BitSet();
        BitSet data = new BitSet();
        int read = 0;
        for (int i = 0; i < accesses.length; i++) {
            if (accesses[i].kind() == Kind.AWAIT) {
                control.set(read); // no later access without the value that was waited for
            } else if (accesses[i].kind().isSeen() && !isOrderedAnyway(i)) {
                for (long other : otherResults(i)) {
                    Attempt attempt = new Attempt(i, other);
                    machine.tryOut(actor, attempt);
                    if (!attempt.arrived) {
                        control.set(read);
                    } else if (attempt.wroteOtherwise) {
                        data.set(read);
                        break; // data says all that control would
                    }
                }
            }
            if (accesses[i].kind().reads()) {
                read++;
            }
        }
        return new Dependence(control, data);
    }

    /** Whether everything after step i is ordered behind it by an acquire or a full fence, whatever depends on it. */
    private boolean isOrderedAnyway(int i) {
        Access read = accesses[i];
        boolean took = !read.kind().isReadModifyWrite() || read.tookPlace(results[i]);
        if (took && (read.order() == Order.ACQUIRE || read.order() == Order.FULL)) {
            return true;
        }
        for (int j = i + 1; j < accesses.length; j++) {
            if (accesses[j].isFullFence()) {
                return true;
            }
        }
        return false;
    }

    private Set<Long> otherResults(int i) {
        long result = results[i];
        Set<Long> others = new LinkedHashSet<>();
        if (accesses[i].kind().isSeenAsTruth()) {
            others.add(1 - result);
            return others;
        }
        others.addAll(known.of(accesses[i].location()));
        if (accesses[i].kind() == Kind.CMPXCHG) {
            others.add(accesses[i].a());
        }
        others.add(result + 1);
        others.add(result - 1);
        others.add(~result);
        others.add(result + FAR);
        others.add(result - FAR);
        others.add(0L);
        others.remove(result);
        return others;
    }

    /** A run in which one read returns something else, until it comes to the access or gives up. */
    private final class Attempt implements Phase {
        private final int changed;
        private final long other;

        /** Which of the accesses of this kind to this word the access is, from zero. */
        private int ordinal;

        /** Per step of the record: whether its result has been handed out. */
        private final BitSet used = new BitSet();

        private int taken;
        boolean arrived;
        boolean wroteOtherwise;

        Attempt(int changed, long other) {
            this.changed = changed;
            this.other = other;
            for (Access before : accesses) {
                ordinal += isLikeStep(before) ? 1 : 0;
            }
        }

        private boolean isLikeStep(Access asked) {
            return asked.kind() == access.kind() && asked.location() == access.location();
        }

        @Override
        public long take(Access asked) {
            if (taken++ >= MAX_TRIAL_STEPS) {
                throw Stop.STOP;
            }
            if (isLikeStep(asked) && ordinal-- == 0) {
                arrived = true;
                wroteOtherwise = !access.isSame(asked);
                throw Stop.STOP;
            }
            return asked.kind().isSeen() ? result(asked) : 0;
        }

        private long result(Access asked) {
            for (int i = 0; i < accesses.length; i++) {
                if (!used.get(i) && accesses[i].location() == asked.location() && accesses[i].kind() == asked.kind()) {
                    used.set(i);
                    return i == changed ? other : results[i];
                }
            }
            if (asked.kind().isSeenAsTruth()) {
                return 1;
            }
            for (long value : known.of(asked.location())) {
                if (asked.isEnabledBy(value)) {
                    return value;
                }
            }
            throw Stop.STOP;
        }
    }
}
