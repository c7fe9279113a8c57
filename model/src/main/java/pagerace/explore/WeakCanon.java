// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.EnumSet;
import pagerace.explore.WeakSlots.Ordered;
import pagerace.explore.WeakSlots.Pushed;

/**
 * Brings a {@link WeakState} into canonical form, and packs it: states that no future can tell apart pack alike. What can no
 * longer matter is dropped, and what follows from something else is left out.
 */
final class WeakCanon {
    private static final Pushed[] BESIDES_LATER =
            EnumSet.complementOf(EnumSet.of(Pushed.LATER)).toArray(Pushed[]::new);

    private final WeakState state;
    private final WeakShape shape;
    private final WeakMessages messages;
    private final WeakSlots slots;
    private final PairSets sets;
    private final int actors;

    private WeakCanon(WeakState state) {
        this.state = state;
        shape = state.shape;
        messages = state.messages;
        slots = state.slots;
        sets = state.sets;
        actors = shape.actors();
    }

    /** Brings {@code state} into canonical form and packs it. Ruins it. */
    static byte[] pack(WeakState state) {
        WeakCanon canon = new WeakCanon(state);
        canon.normalize();
        return canon.bytes();
    }

    /** Reads what {@link #pack} returned. */
    static WeakState unpack(WeakShape shape, byte[] packed) {
        Unpacker unpacker = new Unpacker(packed);
        int[] reads = new int[shape.actors()];
        for (int actor = 0; actor < reads.length; actor++) {
            reads[actor] = (int) unpacker.get();
        }
        WeakMessages messages = WeakMessages.unpack(shape, unpacker);
        WeakState state = WeakState.empty(shape, messages, reads);
        WeakSlots slots = state.slots;
        for (int actor = 0; actor < reads.length; actor++) {
            state.sets.unpack(unpacker, slots.start(actor), slots.read(actor, reads[actor]), messages.pairs());
        }
        state.sets.unpack(unpacker, slots.ordered(0), slots.ordered(messages.next()), messages.pairs());
        return state;
    }

    private byte[] bytes() {
        Packer packer = new Packer();
        for (int actor = 0; actor < actors; actor++) {
            packer.put(state.reads(actor));
        }
        messages.pack(packer);
        int pairs = messages.packedPairs();
        int[] packedPair = messages.packedPair();
        for (int actor = 0; actor < actors; actor++) {
            sets.pack(packer, slots.start(actor), slots.read(actor, state.reads(actor)), pairs, packedPair);
        }
        for (int location = 0; location < shape.locations(); location++) {
            for (int position = 0; position < messages.count(location); position++) {
                int message = messages.at(location, position);
                sets.pack(packer, slots.ordered(message), slots.ordered(message + 1), pairs, packedPair);
            }
        }
        return packer.bytes();
    }

    private void normalize() {
        for (int actor = 0; actor < actors; actor++) {
            sets.unite(slots.of(actor, Ordered.LATER), slots.of(actor, Pushed.LATER) + actor);
            raiseFloors(actor);
        }
        keepPossiblePairs();
        for (int location = 0; location < shape.locations(); location++) {
            for (int actor = 0; actor < actors; actor++) {
                foldAccesses(actor, location);
            }
            messages.dropOldest(location);
            for (int position = 0; position < messages.count(location); position++) {
                dropUnreadable(location, position);
            }
            forgetOldestWriter(location);
        }
        for (int actor = 0; actor < actors; actor++) {
            dropImplied(actor);
        }
    }

    /** A pair that is ordered before all later events of its own actor would close a cycle: coherence may as well forbid it. */
    private void raiseFloors(int actor) {
        int later = slots.of(actor, Ordered.LATER);
        if (sets.isEmpty(later)) {
            return;
        }
        for (int location = 0; location < shape.locations(); location++) {
            for (int position = messages.count(location) - 1; position > messages.floor(actor, location); position--) {
                if (sets.has(later, messages.pair(messages.at(location, position), actor))) {
                    messages.raiseFloor(actor, location, position);
                }
            }
        }
    }

    /** Drops the pairs that cannot happen: coherence keeps the actor from going there, or the message is its own. */
    private void keepPossiblePairs() {
        int possible = slots.scratch();
        sets.clear(possible);
        for (int location = 0; location < shape.locations(); location++) {
            for (int position = 1; position < messages.count(location); position++) {
                int message = messages.at(location, position);
                for (int actor = 0; actor < actors; actor++) {
                    if (!messages.isBy(actor, message) && position > messages.floor(actor, location)) {
                        sets.add(possible, messages.pair(message, actor));
                    }
                }
            }
        }
        sets.retain(slots.end(), possible);
    }

    /**
     * Whoever overwrites an access to a message overwrites those to earlier messages as well. So each set keeps only what
     * none before it has; and the sets of messages before which no other actor can write any more count as one.
     */
    private void foldAccesses(int actor, int location) {
        int fold = messages.lowestFloorOfOthers(actor, location);
        for (int position = 0; position < fold; position++) {
            sets.unite(accesses(actor, location, fold), accesses(actor, location, position));
            sets.clear(accesses(actor, location, position));
        }
        for (int position = messages.count(location) - 1; position > fold; position--) {
            for (int earlier = fold; earlier < position; earlier++) {
                sets.subtract(accesses(actor, location, position), accesses(actor, location, earlier));
            }
        }
    }

    private int accesses(int actor, int location, int position) {
        return slots.accesses(messages.at(location, position)) + actor;
    }

    /** Drops what readers of a message would take over, if it can have none. */
    private void dropUnreadable(int location, int position) {
        int message = messages.at(location, position);
        boolean byWriter = false;
        boolean byOthers = false;
        for (int actor = 0; actor < actors; actor++) {
            if (messages.floor(actor, location) <= position) {
                byWriter |= messages.isBy(actor, message);
                byOthers |= !messages.isBy(actor, message);
            }
        }
        sets.subtractFromEach(slots.pushed(message), slots.ordered(message));
        if (!byOthers) {
            sets.clear(slots.ordered(message));
            sets.clearEach(slots.unlock(message));
        }
        if (!byWriter) {
            sets.clear(slots.data(message));
        }
    }

    /** Who wrote the oldest message of a word does not matter if the message carries nothing. */
    private void forgetOldestWriter(int location) {
        int oldest = messages.at(location, 0);
        if (!messages.isFrom(WeakMessages.LOCK, oldest)
                && sets.isEmpty(slots.ordered(oldest))
                && sets.isEmpty(slots.data(oldest))
                && sets.isEachEmpty(slots.pushed(oldest))) {
            messages.forgetWriter(oldest);
        }
    }

    /** Drops pairs from sets that are only used together with another set that has them. */
    private void dropImplied(int actor) {
        int later = slots.of(actor, Ordered.LATER);
        int laterReads = slots.of(actor, Ordered.LATER_READS);
        int laterWrites = slots.of(actor, Ordered.LATER_WRITES);
        int soFar = slots.of(actor, Ordered.SO_FAR);
        int reads = slots.of(actor, Ordered.READS_SO_FAR);
        int writes = slots.of(actor, Ordered.WRITES_SO_FAR);
        int unlocks = slots.of(actor, Ordered.UNLOCKS);
        for (int ordered : new int[] {laterReads, laterWrites, soFar, reads, writes, unlocks}) {
            sets.subtract(ordered, later);
        }
        sets.subtract(reads, laterReads);
        sets.subtract(writes, laterWrites);
        for (int ordered = slots.word(actor, 0); ordered < slots.end(actor); ordered++) {
            sets.subtract(ordered, later);
            sets.subtract(ordered, laterWrites);
        }
        int pushedLater = slots.of(actor, Pushed.LATER);
        int pushedLaterWrites = slots.of(actor, Pushed.LATER_WRITES);
        int pushedWrites = slots.of(actor, Pushed.WRITES_SO_FAR);
        sets.subtractFromEach(pushedLater, later);
        for (Pushed which : BESIDES_LATER) {
            sets.subtractFromEach(slots.of(actor, which), later);
            sets.subtractEach(slots.of(actor, which), pushedLater);
        }
        sets.subtractFromEach(slots.of(actor, Pushed.SO_FAR), soFar);
        sets.subtractFromEach(slots.of(actor, Pushed.SEEN_SO_FAR), soFar);
        sets.subtractFromEach(pushedLaterWrites, laterWrites);
        sets.subtractFromEach(pushedWrites, laterWrites);
        sets.subtractFromEach(pushedWrites, writes);
        sets.subtractEach(pushedWrites, pushedLaterWrites);
        sets.subtractFromEach(slots.of(actor, Pushed.UNLOCKS), unlocks);
    }
}
