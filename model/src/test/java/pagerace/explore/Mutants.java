// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import org.jspecify.annotations.Nullable;
import pagerace.explore.Access.Kind;
import pagerace.machine.Order;
import pagerace.race.Reachability;

/** Total store order with one thing left out or put in: models that a good test tells from the true one. */
final class Mutants {
    static final MemoryModel NO_FORWARDING = new Mutant((tso, actor, access, past, effects) -> {
        if (access.kind() == Kind.READ) {
            effects.add(tso, tso.last(access.location()));
        } else {
            tso.step(actor, access, past, effects);
        }
    });

    static final MemoryModel NO_DRAIN_ON_RMW = new Mutant((tso, actor, access, past, effects) -> {
        if (access.kind().isReadModifyWrite()) {
            tso.step(actor, like(access, Kind.READ, 0), past, (then, read) -> {
                if (access.isEnabledBy(read) && access.takesPlace(read)) {
                    then.step(
                            actor,
                            like(access, Kind.WRITE, access.after(read)),
                            past,
                            (next, ignored) -> effects.add(next, read));
                } else if (access.isEnabledBy(read)) {
                    effects.add(then, read);
                }
            });
        } else {
            tso.step(actor, access, past, effects);
        }
    });

    static final MemoryModel NO_DRAIN_ON_FENCE = new Mutant((tso, actor, access, past, effects) -> {
        if (access.kind() == Kind.MB) {
            effects.add(tso, 0);
        } else {
            tso.step(actor, access, past, effects);
        }
    });

    static final MemoryModel NO_DRAIN_ON_FAILED_RMW = new Mutant((tso, actor, access, past, effects) -> {
        if (access.kind().isReadModifyWrite()) {
            tso.step(actor, like(access, Kind.READ, 0), past, (then, read) -> {
                if (access.isEnabledBy(read) && !access.takesPlace(read)) {
                    effects.add(then, read);
                } else {
                    tso.step(actor, access, past, effects);
                }
            });
        } else {
            tso.step(actor, access, past, effects);
        }
    });

    static final MemoryModel DRAIN_ON_EVERY_FAILED_RMW = new Mutant((tso, actor, access, past, effects) -> {
        if (access.kind().isReadModifyWrite()) {
            boolean[] waits = new boolean[1];
            tso.internal(actor, (next, read) -> waits[0] = true);
            if (waits[0]) {
                return;
            }
        }
        tso.step(actor, access, past, effects);
    });

    private Mutants() {}

    private static Access like(Access access, Kind kind, long a) {
        return new Access(kind, access.location(), a, 0, Order.RELAXED, null).at(access.site());
    }

    private interface Change {
        void step(Memory tso, int actor, Access access, Past past, Memory.Effects effects);
    }

    private record Mutant(Change change) implements MemoryModel {
        @Override
        public Reachability level() {
            return Reachability.TSO;
        }

        @Override
        public Memory initial(int actors, long[] values) {
            return new Wrapped(Tso.MODEL.initial(actors, values), change);
        }
    }

    private record Wrapped(Memory tso, Change change) implements Memory {
        @Override
        public void step(int actor, Access access, Past past, Effects effects) {
            change.step(tso, actor, access, past, (next, read) -> effects.add(new Wrapped(next, change), read));
        }

        @Override
        public void internal(int actor, Effects effects) {
            tso.internal(actor, (next, read) -> effects.add(new Wrapped(next, change), read));
        }

        @Override
        public long last(int location) {
            return tso.last(location);
        }

        @Override
        public boolean isUnderWay(int actor, int location) {
            return tso.isUnderWay(actor, location);
        }

        @Override
        public String note(int actor, @Nullable Access access, long read, Memory after, Names names) {
            return tso.note(actor, access, read, ((Wrapped) after).tso(), names);
        }
    }
}
