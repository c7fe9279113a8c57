// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import pagerace.explore.WeakShape.Fault;
import pagerace.explore.WeakSlots.Ordered;
import pagerace.explore.WeakSlots.Pushed;
import pagerace.machine.Order;
import pagerace.machine.SpinLock;

/**
 * A state of {@link Weak}, open for work: the messages, the sets of pairs, and the rules by which an access changes them. See
 * there for what the sets mean. {@link WeakCanon} closes it again.
 *
 * <p>Where a pair is ordered before an event, it need not be pushed to it as well: whatever follows from the one follows from
 * the other.
 */
final class WeakState {
    final WeakShape shape;
    final WeakMessages messages;
    final WeakSlots slots;
    final PairSets sets;

    /** Per actor: how many reading accesses it has taken. */
    private final int[] reads;

    private WeakState(WeakShape shape, WeakMessages messages, int[] reads, WeakSlots slots, PairSets sets) {
        this.shape = shape;
        this.messages = messages;
        this.reads = reads;
        this.slots = slots;
        this.sets = sets;
    }

    /** The state with these messages, in which actors have taken {@code reads} reading accesses, and all sets are empty. */
    static WeakState empty(WeakShape shape, WeakMessages messages, int[] reads) {
        WeakSlots slots = new WeakSlots(shape, messages.next(), reads);
        PairSets sets = new PairSets(slots.count(), messages.pairsWithNext(), shape.actors());
        return new WeakState(shape, messages, reads, slots, sets);
    }

    static WeakState initial(WeakShape shape, long[] values) {
        return empty(shape, WeakMessages.initial(shape, values), new int[shape.actors()]);
    }

    WeakState copy() {
        return new WeakState(shape, messages.copy(), reads.clone(), slots, sets.copy());
    }

    /** How many reading accesses the actor has taken. */
    int reads(int actor) {
        return reads[actor];
    }

    /**
     * Lets {@code actor} take {@code access} at the message at {@code position}: read it, or write directly after it, or both.
     * Once: then the state must be closed.
     *
     * @return false, and the state is ruined, if the model forbids that
     */
    boolean take(int actor, Access access, Past past, int position, long read, boolean writes) {
        fence(actor, past);
        return (!access.kind().reads() || read(actor, access, position, access.orderIfRead(read), writes))
                && (!writes || write(actor, access, past, position, access.after(read), access.orderIfRead(read)));
    }

    /** The fences between the actor's last access and an access. */
    private void fence(int actor, Past past) {
        if (past.endsWith(Access.Kind.RMB) && !shape.has(Fault.NO_RMB)) {
            sets.unite(slots.of(actor, Ordered.LATER_READS), slots.of(actor, Ordered.READS_SO_FAR));
        }
        if (past.endsWith(Access.Kind.WMB) && !shape.has(Fault.NO_WMB)) {
            sets.unite(slots.of(actor, Ordered.LATER_WRITES), slots.of(actor, Ordered.WRITES_SO_FAR));
            sets.uniteEach(slots.of(actor, Pushed.LATER_WRITES), slots.of(actor, Pushed.WRITES_SO_FAR));
        }
        if (past.endsWith(Access.Kind.MB)) {
            int later = slots.of(actor, Ordered.LATER);
            sets.unite(later, slots.of(actor, Ordered.SO_FAR));
            sets.uniteEach(slots.of(actor, Pushed.LATER), slots.of(actor, Pushed.SEEN_SO_FAR));
            propagate(later, slots.of(actor, Pushed.LATER));
        }
    }

    /** Behind a full fence, what was pushed is ordered, wherever its home is. */
    private void propagate(int ordered, int pushed) {
        if (!shape.has(Fault.NO_PROPAGATION)) {
            sets.uniteAll(ordered, pushed);
        }
    }

    /** What was pushed to an event is ordered before it if its actor is the home. */
    private void comeHome(int actor, int pushed) {
        sets.unite(slots.eventOrdered(), pushed + actor);
    }

    private boolean read(int actor, Access access, int position, Order order, boolean writes) {
        int location = access.location();
        int message = messages.at(location, position);
        int event = slots.eventOrdered();
        boolean shows = !access.kind().isBlind();
        beginEvent(actor);
        if (shows) {
            sets.unite(event, slots.of(actor, Ordered.LATER_READS));
        }
        if (writes && order == Order.FULL) {
            fenceBeforeEvent(actor);
        }
        readFrom(actor, message);
        comeHome(actor, slots.eventPushed());
        comeHome(actor, slots.eventSeen());
        if (!goBack(actor, location, position)) {
            return false;
        }
        endEvent(actor, location, message);
        if (shows) {
            sets.unite(slots.of(actor, Ordered.READS_SO_FAR), event);
        }
        sets.unite(slots.read(actor, reads[actor]), event);
        messages.raiseFloor(actor, location, position);
        reads[actor]++;
        if (order == Order.ACQUIRE && !shape.has(Fault.NO_ACQUIRE)) {
            sets.unite(slots.of(actor, Ordered.LATER), event);
        }
        if (writes && isSpinLock(access)) {
            lock(actor, message);
        }
        return true;
    }

    private boolean write(int actor, Access access, Past past, int position, long written, Order order) {
        int location = access.location();
        int event = slots.eventOrdered();
        boolean readModifyWrite = access.kind().reads();
        boolean unlocks = !readModifyWrite && order == Order.RELEASE && ownsLock(actor, location);
        beginEvent(actor);
        sets.unite(event, slots.of(actor, Ordered.LATER_WRITES));
        sets.uniteEach(slots.eventPushed(), slots.of(actor, Pushed.LATER_WRITES));
        sets.unite(event, slots.word(actor, location));
        if (order == Order.RELEASE) {
            release(actor);
        }
        depend(actor, past, messages.next());
        overwriteAccesses(actor, location, position);
        if (readModifyWrite) {
            sets.uniteEach(slots.eventPushed(), slots.pushed(messages.at(location, position)));
        }
        comeHome(actor, slots.eventPushed());
        if (!goBack(actor, location, position)) {
            return false;
        }
        int origin =
                (readModifyWrite ? WeakMessages.READ_MODIFY_WRITE : 0) | (isSpinLock(access) ? WeakMessages.LOCK : 0);
        int message = messages.insertAfter(position, location, written, actor, origin);
        for (int other = 0; other < shape.actors(); other++) {
            if (other != actor) { // if it came before the message, the message would overwrite it
                sets.add(slots.eventPushed() + other, messages.pair(message, other));
            }
        }
        if (unlocks) {
            unlock(actor, message);
        }
        endEvent(actor, location, message);
        sets.unite(slots.ordered(message), event);
        sets.unite(slots.of(actor, Ordered.WRITES_SO_FAR), event);
        sets.uniteEach(slots.pushed(message), slots.eventPushed());
        sets.uniteEach(slots.of(actor, Pushed.WRITES_SO_FAR), slots.eventPushed());
        if (order == Order.FULL) {
            fenceAfterEvent(actor);
        }
        return true;
    }

    // ---- what both do

    private void beginEvent(int actor) {
        sets.clear(slots.eventOrdered());
        sets.clearEach(slots.eventPushed());
        sets.clearEach(slots.eventSeen());
        sets.unite(slots.eventOrdered(), slots.of(actor, Ordered.LATER));
        sets.uniteEach(slots.eventPushed(), slots.of(actor, Pushed.LATER));
    }

    /**
     * Adds the order from the new event to every message after {@code position} that is another actor's.
     *
     * @return false if that closes a cycle
     */
    private boolean goBack(int actor, int location, int position) {
        int back = slots.scratch();
        sets.clear(back);
        for (int later = position + 1; later < messages.count(location); later++) {
            int message = messages.at(location, later);
            if (!messages.isBy(actor, message)) {
                sets.add(back, messages.pair(message, actor));
            }
        }
        int event = slots.eventOrdered();
        if (sets.meet(event, back)) {
            return false;
        }
        if (!sets.isEmpty(back) && !sets.isEmpty(event)) {
            sets.uniteWhereMet(slots.end(), back, event);
        }
        return true;
    }

    private void endEvent(int actor, int location, int message) {
        int event = slots.eventOrdered();
        sets.unite(slots.of(actor, Ordered.SO_FAR), event);
        sets.unite(slots.word(actor, location), event);
        sets.unite(slots.accesses(message) + actor, event);
        sets.subtractFromEach(slots.eventPushed(), event);
        sets.uniteEach(slots.of(actor, Pushed.SO_FAR), slots.eventPushed());
        sets.uniteEach(slots.of(actor, Pushed.SEEN_SO_FAR), slots.eventPushed());
        sets.uniteEach(slots.of(actor, Pushed.SEEN_SO_FAR), slots.eventSeen());
    }

    // ---- what makes order

    /** A fully ordered read-modify-write has a full fence before its read ... */
    private void fenceBeforeEvent(int actor) {
        sets.unite(slots.eventOrdered(), slots.of(actor, Ordered.SO_FAR));
        sets.uniteEach(slots.eventPushed(), slots.of(actor, Pushed.SEEN_SO_FAR));
        propagate(slots.eventOrdered(), slots.eventPushed());
    }

    /** ... and one after its write. */
    private void fenceAfterEvent(int actor) {
        int later = slots.of(actor, Ordered.LATER);
        sets.unite(later, slots.eventOrdered());
        sets.uniteEach(slots.of(actor, Pushed.LATER), slots.eventPushed());
        propagate(later, slots.eventPushed());
    }

    private void readFrom(int actor, int message) {
        if (messages.isBy(actor, message)) {
            sets.unite(slots.eventOrdered(), slots.data(message));
        } else if (!shape.has(Fault.NO_READS_FROM)) {
            sets.unite(slots.eventOrdered(), slots.ordered(message));
            sets.uniteEach(slots.eventSeen(), slots.pushed(message));
        }
    }

    private void release(int actor) {
        sets.unite(slots.eventOrdered(), slots.of(actor, Ordered.SO_FAR));
        Pushed carried = shape.has(Fault.NO_CUMULATIVITY) ? Pushed.SO_FAR : Pushed.SEEN_SO_FAR;
        sets.uniteEach(slots.eventPushed(), slots.of(actor, carried));
    }

    /** The dependencies of a write that will be {@code message}. */
    private void depend(int actor, Past past, int message) {
        if (shape.has(Fault.NO_DEPENDENCIES)) {
            return;
        }
        Dependence dependence = past.dependence();
        for (int read = 0; read < reads[actor]; read++) {
            if (dependence.isOn(read)) {
                sets.unite(slots.eventOrdered(), slots.read(actor, read));
            }
            if (dependence.isDataOf(read)) {
                sets.unite(slots.data(message), slots.read(actor, read));
            }
        }
    }

    /** A write directly after {@code position} overwrites what others wrote or read up to there, and so is pushed there. */
    private void overwriteAccesses(int actor, int location, int position) {
        for (int earlier = 0; earlier <= position; earlier++) {
            int accesses = slots.accesses(messages.at(location, earlier));
            for (int other = 0; other < shape.actors(); other++) {
                if (other != actor) {
                    sets.unite(slots.eventPushed() + other, accesses + other);
                }
            }
        }
    }

    // ---- spin locks

    private static boolean isSpinLock(Access access) {
        return (access.kind() == Access.Kind.ACQUIRE_WHEN_CLEAR || access.kind() == Access.Kind.TRY_ACQUIRE_WHEN_CLEAR)
                && access.a() == SpinLock.ANY_BIT;
    }

    private boolean ownsLock(int actor, int location) {
        int own = messages.at(location, messages.floor(actor, location));
        return messages.isBy(actor, own) && messages.isFrom(WeakMessages.LOCK, own);
    }

    /**
     * What the actor did before it gave back a spin lock is ordered before what it does after it took one, whichever. It is
     * pushed to that, too, as is what whoever gave back this lock by {@code unlocking} did before.
     */
    private void lock(int actor, int unlocking) {
        sets.unite(slots.of(actor, Ordered.LATER), slots.of(actor, Ordered.UNLOCKS));
        sets.uniteEach(slots.of(actor, Pushed.LATER), slots.of(actor, Pushed.UNLOCKS));
        sets.uniteEach(slots.of(actor, Pushed.LATER), slots.unlock(unlocking));
    }

    private void unlock(int actor, int unlocking) {
        int pushed = slots.unlock(unlocking);
        sets.uniteEach(pushed, slots.of(actor, Pushed.SO_FAR));
        sets.uniteEach(pushed, slots.of(actor, Pushed.LATER));
        sets.uniteEach(slots.of(actor, Pushed.UNLOCKS), pushed);
        sets.unite(slots.of(actor, Ordered.UNLOCKS), slots.of(actor, Ordered.SO_FAR));
    }
}
