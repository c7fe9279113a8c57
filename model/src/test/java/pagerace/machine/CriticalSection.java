// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Function;

/**
 * What a lock protects in its test: a plain counter, which loses increments when two threads are inside, and a mark of who
 * is inside, which the other one overwrites. Nothing here orders anything: the lock under test must.
 */
final class CriticalSection {
    private static final int ROUNDS = 100_000;

    private final Word inside;
    private final long[] visits = new long[3];
    private long count;
    private long overlaps;

    private CriticalSection(Machine machine) {
        inside = machine.word("inside", 0);
    }

    /** Takes a lock, runs the section, gives the lock back. */
    interface Guard {
        void around(Runnable section);
    }

    /** What each of the two threads puts around its visits. */
    record Guards(Guard first, Guard second) {
        /** The same for both. */
        static Guards both(Guard guard) {
            return new Guards(guard, guard);
        }
    }

    /** Two threads visit a hundred thousand times each; nobody meets anybody and no visit is lost. */
    static void assertExclusive(Function<HardwareMachine, Guards> lock) {
        CriticalSection section = enter(lock);
        assertThat(section.overlaps).as("visits that met another").isZero();
        assertThat(section.count).as("visits that left a trace").isEqualTo(section.visits[1] + section.visits[2]);
    }

    /** The same visits; they do meet, because the lock does not keep them apart. */
    static void assertShared(Function<HardwareMachine, Guards> lock) {
        TwoThreads.showsUp(() -> enter(lock).overlaps > 0);
    }

    private static CriticalSection enter(Function<HardwareMachine, Guards> lock) {
        CriticalSection[] last = new CriticalSection[1];
        TwoThreads.race(machine -> {
            CriticalSection section = new CriticalSection(machine);
            Guards guards = lock.apply(machine);
            last[0] = section;
            return TwoThreads.together(
                    machine,
                    ROUNDS,
                    () -> guards.first().around(() -> section.visit(1)),
                    () -> guards.second().around(() -> section.visit(2)));
        });
        return last[0];
    }

    private void visit(int who) {
        visits[who]++;
        if (inside.readOnce() != 0) {
            overlaps++;
        }
        inside.writeOnce(who);
        count++;
        if (count % 16 == 0) {
            Thread.onSpinWait();
        }
        if (inside.readOnce() != who) {
            overlaps++;
        }
        inside.writeOnce(0);
    }
}
