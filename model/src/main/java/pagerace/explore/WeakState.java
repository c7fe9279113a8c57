// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Weak.Fault;
import pagerace.explore.WeakMemory.Shape;
import pagerace.machine.Order;
import pagerace.machine.SpinLock;

/**
 * A state of {@link Weak}, open for work. See there for what the sets mean.
 *
 * <p>Every set is a bit set over pairs (message w, actor t), kept in one array of slots so that substitution, pruning and
 * packing are loops over all of them. A set called H holds the pairs whose overwriting would be <em>ordered</em> before an
 * event; one called P[u] those from whose overwriting by an event of u the event is reached by pushing, not home yet. Where
 * H has a pair, P need not: whatever P would do with it, H does.
 */
final class WeakState {
    /** The writer of an initial value. */
    private final int nobody;

    private static final int GLUED =
            1; // written by a read-modify-write: nothing may come between it and the one before
    private static final int LOCKED = 2; // written by taking a spin lock

    private final Shape shape;
    private final int actors;
    private final int locations;

    // Messages, by number; and per location their numbers in coherence order.
    private int messages;
    private long[] value;
    private int[] writer;
    private int[] flags;
    /** Where a message's pairs are; the oldest message of a word has none, since nobody can overwrite it. */
    private int[] pairIndex;

    private int paired;
    private final int[][] line;

    /** Per actor and location: the position in {@link #line} before which coherence keeps the actor from going back. */
    private final int[][] floor;

    /** Per actor: how many reading steps it has taken. */
    private final int[] reads;

    // Slots, each of width longs.
    private int width;
    private long[] bits;
    private int readSlots;
    private int actorStride;
    private int messageStart;
    private int eventStart;

    // Slots of an actor. Of what ...: every later event; all events so far; writes; reads; as of the last fence.
    private static final int BASE_H = 0;
    private static final int ALL_H = 1;
    private static final int WRITES_H = 2;
    private static final int WRITES_FENCED_H = 3;
    private static final int READS_H = 4;
    private static final int READS_FENCED_H = 5;
    private static final int UNLOCK_H = 6;
    private static final int SINGLE_SLOTS = 7;

    private static final int BASE_P = 0;
    private static final int ALL_P = 1;
    private static final int ALL_SEEN_P = 2; // ALL_P and what reads took over from other actors' writes
    private static final int WRITES_P = 3;
    private static final int WRITES_FENCED_P = 4;
    private static final int UNLOCK_P = 5;
    private static final int MANY_SLOTS = 6;

    // Slots of a message.
    private static final int MESSAGE_H = 0;
    private static final int MESSAGE_DATA_H = 1; // of the reads that its value was computed from
    private static final int MESSAGE_SINGLE = 2;
    private static final int MESSAGE_P = 0;
    private static final int MESSAGE_ACCESSES_H = 1; // per actor: H of its accesses to the message
    private static final int MESSAGE_UNLOCK_P = 2; // for an unlock: P of what preceded it
    private static final int MESSAGE_MANY = 3;

    private WeakState(Shape shape, int messages, int[] reads) {
        this.shape = shape;
        this.actors = shape.actors;
        this.locations = shape.locations;
        this.nobody = actors;
        this.messages = messages;
        this.value = new long[messages + 1];
        this.writer = new int[messages + 1];
        this.flags = new int[messages + 1];
        this.pairIndex = new int[messages + 1];
        this.paired = messages - shape.locations;
        this.line = new int[locations][];
        this.floor = new int[actors][locations];
        this.reads = reads;
        this.bits = new long[0];
        layOut();
    }

    private void layOut() {
        width = ((paired + 1) * actors + 63) >>> 6;
        readSlots = 1;
        for (int count : reads) {
            readSlots = Math.max(readSlots, count + 1);
        }
        actorStride = SINGLE_SLOTS + MANY_SLOTS * actors + locations + readSlots;
        messageStart = actors * actorStride;
        eventStart = messageStart + (messages + 1) * messageStride();
        bits = new long[(eventStart + 2 + 2 * actors) * width];
    }

    private int messageStride() {
        return MESSAGE_SINGLE + MESSAGE_MANY * actors;
    }

    static WeakState initial(Shape shape, long[] values) {
        WeakState state = new WeakState(shape, values.length, new int[shape.actors]);
        for (int location = 0; location < values.length; location++) {
            state.value[location] = values[location];
            state.writer[location] = state.nobody;
            state.pairIndex[location] = -1;
            state.line[location] = new int[] {location};
        }
        return state;
    }

    private WeakState(WeakState that) {
        this.shape = that.shape;
        this.actors = that.actors;
        this.locations = that.locations;
        this.nobody = that.nobody;
        this.messages = that.messages;
        this.value = that.value.clone();
        this.writer = that.writer.clone();
        this.flags = that.flags.clone();
        this.pairIndex = that.pairIndex.clone();
        this.paired = that.paired;
        this.line = that.line.clone();
        this.floor = new int[actors][];
        for (int actor = 0; actor < actors; actor++) {
            floor[actor] = that.floor[actor].clone();
        }
        this.reads = that.reads.clone();
        this.width = that.width;
        this.bits = that.bits.clone();
        this.readSlots = that.readSlots;
        this.actorStride = that.actorStride;
        this.messageStart = that.messageStart;
        this.eventStart = that.eventStart;
    }

    WeakState copy() {
        return new WeakState(this);
    }

    int messagesOf(int location) {
        return line[location].length;
    }

    int floor(int actor, int location) {
        return floor[actor][location];
    }

    long valueAt(int location, int at) {
        return value[line[location][at]];
    }

    /** Whether a read-modify-write has read this message, so that nothing can come directly after it any more. */
    boolean isTaken(int location, int at) {
        return at + 1 < line[location].length && (flags[line[location][at + 1]] & GLUED) != 0;
    }

    // ---- slots

    private int slot(int actor, int which) {
        return actor * actorStride + which;
    }

    private int slot(int actor, int which, int u) {
        return actor * actorStride + SINGLE_SLOTS + which * actors + u;
    }

    private int wordSlot(int actor, int location) {
        return actor * actorStride + SINGLE_SLOTS + MANY_SLOTS * actors + location;
    }

    private int readSlot(int actor, int read) {
        return actor * actorStride + SINGLE_SLOTS + MANY_SLOTS * actors + locations + read;
    }

    private int messageSlot(int message, int which) {
        return messageStart + message * messageStride() + which;
    }

    private int messageSlot(int message, int which, int u) {
        return messageStart + message * messageStride() + MESSAGE_SINGLE + which * actors + u;
    }

    private int newH() {
        return eventStart;
    }

    private int overwritten() {
        return newH() + 1;
    }

    private int newP(int u) {
        return newH() + 2 + u;
    }

    /** What the event saw of others' pushing by reading it; not itself pushed. */
    private int newSeenP(int u) {
        return newH() + 2 + actors + u;
    }

    private void or(int target, int source) {
        for (int i = 0; i < width; i++) {
            bits[target * width + i] |= bits[source * width + i];
        }
    }

    private void minus(int target, int source) {
        for (int i = 0; i < width; i++) {
            bits[target * width + i] &= ~bits[source * width + i];
        }
    }

    private void clear(int slot) {
        Arrays.fill(bits, slot * width, (slot + 1) * width, 0);
    }

    private boolean isEmpty(int slot) {
        for (int i = 0; i < width; i++) {
            if (bits[slot * width + i] != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean meet(int a, int b) {
        for (int i = 0; i < width; i++) {
            if ((bits[a * width + i] & bits[b * width + i]) != 0) {
                return true;
            }
        }
        return false;
    }

    private int pair(int message, int actor) {
        return pairIndex[message] * actors + actor;
    }

    private void set(int slot, int pair) {
        bits[slot * width + (pair >>> 6)] |= 1L << pair;
    }

    private boolean has(int slot, int pair) {
        return (bits[slot * width + (pair >>> 6)] & 1L << pair) != 0;
    }

    // ---- steps

    /**
     * Lets {@code actor} take {@code step} at the message at position {@code at}: read it, or write directly after it, or
     * both. False, and this state is ruined, if the model forbids that.
     */
    boolean take(int actor, Step step, Past past, int at, long read, boolean writes) {
        fence(actor, past);
        int location = step.location();
        Order order = step.orderIfRead(read);
        boolean full = writes && order == Order.FULL;
        boolean spinLock = writes && isSpinLock(step);
        int message = line[location][at];
        if (step.kind().reads()) {
            beginEvent(actor);
            if (!addRead(actor, step, location, at, full)) {
                return false;
            }
            if (order == Order.ACQUIRE && !shape.faults.contains(Fault.NO_ACQUIRE)) {
                or(slot(actor, BASE_H), newH());
            }
            if (spinLock) {
                or(slot(actor, BASE_H), slot(actor, UNLOCK_H));
                for (int u = 0; u < actors; u++) {
                    or(slot(actor, BASE_P, u), slot(actor, UNLOCK_P, u));
                    or(slot(actor, BASE_P, u), messageSlot(message, MESSAGE_UNLOCK_P, u));
                }
            }
            reads[actor]++;
        }
        if (writes) {
            beginEvent(actor);
            boolean readModifyWrite = step.kind().reads();
            int own = line[location][floor[actor][location]];
            boolean unlock = step.kind() == Step.Kind.WRITE
                    && order == Order.RELEASE
                    && writer[own] == actor
                    && (flags[own] & LOCKED) != 0;
            if (!addWrite(actor, step, past, at, step.after(read), order == Order.RELEASE, unlock, readModifyWrite)) {
                return false;
            }
            flags[messages - 1] = (readModifyWrite ? GLUED : 0) | (spinLock ? LOCKED : 0);
            if (full) {
                strongFenceAfter(actor, newH());
            }
        }
        return true;
    }

    static boolean isSpinLock(Step step) {
        return (step.kind() == Step.Kind.ACQUIRE_WHEN_CLEAR || step.kind() == Step.Kind.TRY_ACQUIRE_WHEN_CLEAR)
                && step.a() == SpinLock.ANY_BIT;
    }

    /** The fences between the actor's last access and a step. */
    private void fence(int actor, Past past) {
        if (past.endsWith(Step.Kind.RMB) && !shape.faults.contains(Fault.NO_RMB)) {
            or(slot(actor, READS_FENCED_H), slot(actor, READS_H));
        }
        if (past.endsWith(Step.Kind.WMB) && !shape.faults.contains(Fault.NO_WMB)) {
            or(slot(actor, WRITES_FENCED_H), slot(actor, WRITES_H));
            for (int u = 0; u < actors; u++) {
                or(slot(actor, WRITES_FENCED_P, u), slot(actor, WRITES_P, u));
            }
        }
        if (past.endsWith(Step.Kind.MB)) {
            or(slot(actor, BASE_H), slot(actor, ALL_H));
            for (int u = 0; u < actors; u++) {
                or(slot(actor, BASE_P, u), slot(actor, ALL_SEEN_P, u));
                propagate(slot(actor, BASE_H), slot(actor, BASE_P, u));
            }
        }
    }

    /** Behind a full fence, what was pushed is ordered. */
    private void propagate(int h, int p) {
        if (!shape.faults.contains(Fault.NO_PROPAGATION)) {
            or(h, p);
        }
    }

    private void strongFenceAfter(int actor, int h) {
        or(slot(actor, BASE_H), h);
        for (int u = 0; u < actors; u++) {
            or(slot(actor, BASE_P, u), newP(u));
            propagate(slot(actor, BASE_H), newP(u));
        }
    }

    private void beginEvent(int actor) {
        Arrays.fill(bits, newH() * width, bits.length, 0);
        or(newH(), slot(actor, BASE_H));
        for (int u = 0; u < actors; u++) {
            or(newP(u), slot(actor, BASE_P, u));
        }
    }

    private boolean addRead(int actor, Step step, int location, int at, boolean full) {
        boolean returns = !step.kind().isBlind();
        int message = line[location][at];
        int h = newH();
        if (returns) {
            or(h, slot(actor, READS_FENCED_H));
        }
        if (full) {
            or(h, slot(actor, ALL_H));
            for (int u = 0; u < actors; u++) {
                or(newP(u), slot(actor, ALL_SEEN_P, u));
                propagate(h, newP(u));
            }
        }
        if (writer[message] == actor) {
            or(h, messageSlot(message, MESSAGE_DATA_H));
        } else if (!shape.faults.contains(Fault.NO_READS_FROM)) {
            or(h, messageSlot(message, MESSAGE_H));
            for (int u = 0; u < actors; u++) {
                or(newSeenP(u), messageSlot(message, MESSAGE_P, u));
            }
        }
        or(h, newP(actor));
        or(h, newSeenP(actor));
        if (!overwrite(actor, location, at)) {
            return false;
        }
        endEvent(actor, location);
        if (returns) {
            or(slot(actor, READS_H), h);
        }
        or(readSlot(actor, reads[actor]), h);
        or(messageSlot(message, MESSAGE_ACCESSES_H, actor), h);
        floor[actor][location] = Math.max(floor[actor][location], at);
        return true;
    }

    private boolean addWrite(
            int actor,
            Step step,
            Past past,
            int after,
            long written,
            boolean release,
            boolean unlock,
            boolean readModifyWrite) {
        int location = step.location();
        int h = newH();
        or(h, slot(actor, WRITES_FENCED_H));
        or(h, wordSlot(actor, location));
        for (int u = 0; u < actors; u++) {
            or(newP(u), slot(actor, WRITES_FENCED_P, u));
        }
        if (release) {
            or(h, slot(actor, ALL_H));
            int which = shape.faults.contains(Fault.NO_CUMULATIVITY) ? ALL_P : ALL_SEEN_P;
            for (int u = 0; u < actors; u++) {
                or(newP(u), slot(actor, which, u));
            }
        }
        Dependence dependence = past.dependence();
        int data = messageSlot(messages, MESSAGE_DATA_H);
        if (!shape.faults.contains(Fault.NO_DEPENDENCIES)) {
            for (int read = 0; read < reads[actor]; read++) {
                if (dependence.isOn(read)) {
                    or(h, readSlot(actor, read));
                }
                if (dependence.isDataOf(read)) {
                    or(data, readSlot(actor, read));
                }
            }
        }
        int[] then = line[location];
        for (int i = 0; i <= after; i++) {
            for (int u = 0; u < actors; u++) {
                if (u != actor) {
                    or(newP(u), messageSlot(then[i], MESSAGE_ACCESSES_H, u));
                }
            }
        }
        if (readModifyWrite) {
            for (int u = 0; u < actors; u++) {
                or(newP(u), messageSlot(then[after], MESSAGE_P, u));
            }
        }
        or(h, newP(actor));
        if (!overwrite(actor, location, after)) {
            return false;
        }
        int message = messages;
        pairIndex[message] = paired++;
        for (int u = 0; u < actors; u++) {
            if (u != actor) {
                set(newP(u), pair(message, u));
            }
            if (unlock) {
                or(messageSlot(message, MESSAGE_UNLOCK_P, u), slot(actor, ALL_P, u));
                or(messageSlot(message, MESSAGE_UNLOCK_P, u), slot(actor, BASE_P, u));
                or(slot(actor, UNLOCK_P, u), messageSlot(message, MESSAGE_UNLOCK_P, u));
            }
        }
        if (unlock) {
            or(slot(actor, UNLOCK_H), slot(actor, ALL_H));
        }
        endEvent(actor, location);
        or(messageSlot(message, MESSAGE_H), h);
        or(messageSlot(message, MESSAGE_ACCESSES_H, actor), h);
        or(slot(actor, WRITES_H), h);
        for (int u = 0; u < actors; u++) {
            or(messageSlot(message, MESSAGE_P, u), newP(u));
            or(slot(actor, WRITES_P, u), newP(u));
        }
        insert(actor, location, after, written);
        return true;
    }

    private void insert(int actor, int location, int after, long written) {
        int[] then = line[location];
        int[] now = new int[then.length + 1];
        System.arraycopy(then, 0, now, 0, after + 1);
        System.arraycopy(then, after + 1, now, after + 2, then.length - after - 1);
        now[after + 1] = messages;
        line[location] = now;
        for (int u = 0; u < actors; u++) {
            if (floor[u][location] > after) {
                floor[u][location]++;
            }
        }
        floor[actor][location] = after + 1;
        value[messages] = written;
        writer[messages] = actor;
        messages++;
    }

    /**
     * Adds the order from the new event to every message after position {@code at} that is another actor's; false if that
     * closes a cycle.
     */
    private boolean overwrite(int actor, int location, int at) {
        int overwritten = overwritten();
        clear(overwritten);
        int[] messagesHere = line[location];
        boolean any = false;
        for (int i = at + 1; i < messagesHere.length; i++) {
            if (writer[messagesHere[i]] != actor) {
                set(overwritten, pair(messagesHere[i], actor));
                any = true;
            }
        }
        if (!any) {
            return true;
        }
        int h = newH();
        if (meet(h, overwritten)) {
            return false;
        }
        if (!isEmpty(h)) {
            for (int slot = 0; slot < h; slot++) {
                if (meet(slot, overwritten)) {
                    or(slot, h);
                }
            }
        }
        return true;
    }

    private void endEvent(int actor, int location) {
        int h = newH();
        or(slot(actor, ALL_H), h);
        or(wordSlot(actor, location), h);
        for (int u = 0; u < actors; u++) {
            minus(newP(u), h);
            or(slot(actor, ALL_P, u), newP(u));
            or(slot(actor, ALL_SEEN_P, u), newP(u));
            or(slot(actor, ALL_SEEN_P, u), newSeenP(u));
        }
    }

    // ---- canonical form

    /** This state in canonical form: states that no future can tell apart pack alike. Ruins this state. */
    byte[] pack() {
        normalize();
        Packer packer = new Packer();
        int count = 0;
        for (int[] here : line) {
            count += here.length;
        }
        packer.put(count);
        for (int actor = 0; actor < actors; actor++) {
            packer.put(reads[actor]);
        }
        int[] renumbered = new int[count];
        int[] newPair = new int[paired * actors];
        int next = 0;
        int nextPair = 0;
        boolean samePairs = true;
        for (int location = 0; location < locations; location++) {
            int[] here = line[location];
            packer.put(here.length);
            for (int at = 0; at < here.length; at++) {
                int message = here[at];
                renumbered[next++] = message;
                packer.putSigned(value[message]);
                packer.put(writer[message] << 2 | flags[message]);
                if (at > 0) {
                    samePairs &= pairIndex[message] * actors == nextPair;
                    for (int actor = 0; actor < actors; actor++) {
                        newPair[pair(message, actor)] = nextPair++;
                    }
                }
            }
            for (int actor = 0; actor < actors; actor++) {
                packer.put(floor[actor][location]);
            }
        }
        int chunks = (nextPair + 63) >>> 6;
        int[] mapping = samePairs ? null : newPair;
        for (int actor = 0; actor < actors; actor++) {
            packSets(packer, slot(actor, 0), readSlot(actor, reads[actor]), chunks, mapping);
        }
        for (int i = 0; i < next; i++) {
            packSets(packer, messageSlot(renumbered[i], 0), messageSlot(renumbered[i] + 1, 0), chunks, mapping);
        }
        return packer.bytes();
    }

    private void packSets(Packer packer, int from, int to, int chunks, int @Nullable [] newPair) {
        for (int slot = from; slot < to; slot++) {
            if (newPair != null && !isEmpty(slot)) {
                renumber(slot, newPair);
            }
            for (int chunk = 0; chunk < chunks; chunk++) {
                packer.putSet(bits[slot * width + chunk]);
            }
        }
    }

    private void renumber(int slot, int[] newPair) {
        long[] old = Arrays.copyOfRange(bits, slot * width, (slot + 1) * width);
        clear(slot);
        for (int chunk = 0; chunk < width; chunk++) {
            for (long rest = old[chunk]; rest != 0; rest &= rest - 1) {
                set(slot, newPair[(chunk << 6) + Long.numberOfTrailingZeros(rest)]);
            }
        }
    }

    static WeakState unpack(Shape shape, byte[] packed) {
        Unpacker unpacker = new Unpacker(packed);
        int messages = (int) unpacker.get();
        int[] reads = new int[shape.actors];
        for (int actor = 0; actor < shape.actors; actor++) {
            reads[actor] = (int) unpacker.get();
        }
        WeakState state = new WeakState(shape, messages, reads);
        int next = 0;
        int nextPair = 0;
        for (int location = 0; location < shape.locations; location++) {
            int[] here = new int[(int) unpacker.get()];
            for (int i = 0; i < here.length; i++) {
                here[i] = next;
                state.value[next] = unpacker.getSigned();
                int packedWriter = (int) unpacker.get();
                state.writer[next] = packedWriter >>> 2;
                state.flags[next] = packedWriter & 3;
                state.pairIndex[next] = i == 0 ? -1 : nextPair++;
                next++;
            }
            state.line[location] = here;
            for (int actor = 0; actor < shape.actors; actor++) {
                state.floor[actor][location] = (int) unpacker.get();
            }
        }
        state.unpackSets(unpacker);
        return state;
    }

    private void unpackSets(Unpacker unpacker) {
        int chunks = (paired * actors + 63) >>> 6;
        for (int actor = 0; actor < actors; actor++) {
            unpackSets(unpacker, slot(actor, 0), readSlot(actor, reads[actor]), chunks);
        }
        unpackSets(unpacker, messageStart, messageSlot(messages, 0), chunks);
    }

    private void unpackSets(Unpacker unpacker, int from, int to, int chunks) {
        for (int slot = from; slot < to; slot++) {
            for (int chunk = 0; chunk < chunks; chunk++) {
                bits[slot * width + chunk] = unpacker.getSet();
            }
        }
    }

    private void normalize() {
        for (int actor = 0; actor < actors; actor++) {
            or(slot(actor, BASE_H), slot(actor, BASE_P, actor));
            raiseFloors(actor);
        }
        keepLivePairs();
        for (int location = 0; location < locations; location++) {
            dropDeadMessages(location);
        }
        for (int actor = 0; actor < actors; actor++) {
            dropImplied(actor);
        }
    }

    /** What every later event of the actor is ordered behind, coherence may as well keep it from going behind. */
    private void raiseFloors(int actor) {
        int base = slot(actor, BASE_H);
        if (isEmpty(base)) {
            return;
        }
        for (int location = 0; location < locations; location++) {
            int[] here = line[location];
            for (int at = here.length - 1; at > floor[actor][location]; at--) {
                if (has(base, pair(here[at], actor))) {
                    floor[actor][location] = at;
                }
            }
        }
    }

    private void keepLivePairs() {
        long[] live = new long[width];
        for (int location = 0; location < locations; location++) {
            int[] here = line[location];
            for (int at = 1; at < here.length; at++) {
                for (int actor = 0; actor < actors; actor++) {
                    if (writer[here[at]] != actor && at > floor[actor][location]) {
                        int pair = pair(here[at], actor);
                        live[pair >>> 6] |= 1L << pair;
                    }
                }
            }
        }
        for (int slot = 0; slot < eventStart; slot++) {
            for (int i = 0; i < width; i++) {
                bits[slot * width + i] &= live[i];
            }
        }
    }

    private void dropDeadMessages(int location) {
        int[] here = line[location];
        int low = Integer.MAX_VALUE;
        for (int actor = 0; actor < actors; actor++) {
            low = Math.min(low, floor[actor][location]);
        }
        for (int u = 0; u < actors; u++) {
            foldAccesses(here, u, location);
        }
        if (low > 0) {
            line[location] = Arrays.copyOfRange(here, low, here.length);
            for (int actor = 0; actor < actors; actor++) {
                floor[actor][location] -= low;
            }
        }
        int[] kept = line[location];
        flags[kept[0]] &= ~GLUED;
        for (int at = 0; at < kept.length; at++) {
            dropUnreadable(location, at, kept[at]);
        }
        int first = kept[0];
        if (writer[first] != nobody && flags[first] == 0 && saysNothingOfWriter(first)) {
            writer[first] = nobody;
        }
    }

    /** A write of another actor than u comes after all these accesses of u: they count as one. */
    private void foldAccesses(int[] here, int u, int location) {
        int fold = here.length - 1;
        for (int actor = 0; actor < actors; actor++) {
            if (actor != u) {
                fold = Math.min(fold, floor[actor][location]);
            }
        }
        for (int at = 0; at < fold; at++) {
            or(messageSlot(here[fold], MESSAGE_ACCESSES_H, u), messageSlot(here[at], MESSAGE_ACCESSES_H, u));
            clear(messageSlot(here[at], MESSAGE_ACCESSES_H, u));
        }
        for (int at = here.length - 1; at > fold; at--) {
            for (int before = fold; before < at; before++) {
                minus(messageSlot(here[at], MESSAGE_ACCESSES_H, u), messageSlot(here[before], MESSAGE_ACCESSES_H, u));
            }
        }
    }

    private void dropUnreadable(int location, int at, int message) {
        boolean others = false;
        for (int actor = 0; actor < actors; actor++) {
            others |= actor != writer[message] && floor[actor][location] <= at;
        }
        for (int u = 0; u < actors; u++) {
            minus(messageSlot(message, MESSAGE_P, u), messageSlot(message, MESSAGE_H));
        }
        if (!others) {
            clear(messageSlot(message, MESSAGE_H));
            for (int u = 0; u < actors; u++) {
                clear(messageSlot(message, MESSAGE_UNLOCK_P, u));
            }
        }
        if (writer[message] == nobody || floor[writer[message]][location] > at) {
            clear(messageSlot(message, MESSAGE_DATA_H));
        }
    }

    private boolean saysNothingOfWriter(int message) {
        boolean nothing = isEmpty(messageSlot(message, MESSAGE_H)) && isEmpty(messageSlot(message, MESSAGE_DATA_H));
        for (int u = 0; u < actors; u++) {
            nothing &= isEmpty(messageSlot(message, MESSAGE_P, u));
        }
        return nothing;
    }

    private void dropImplied(int actor) {
        int base = slot(actor, BASE_H);
        int all = slot(actor, ALL_H);
        minus(all, base);
        minus(slot(actor, WRITES_FENCED_H), base);
        minus(slot(actor, READS_FENCED_H), base);
        minus(slot(actor, WRITES_H), base);
        minus(slot(actor, WRITES_H), slot(actor, WRITES_FENCED_H));
        minus(slot(actor, READS_H), base);
        minus(slot(actor, READS_H), slot(actor, READS_FENCED_H));
        minus(slot(actor, UNLOCK_H), base);
        for (int u = 0; u < actors; u++) {
            minus(slot(actor, BASE_P, u), base);
            for (int which : new int[] {ALL_P, ALL_SEEN_P}) {
                minus(slot(actor, which, u), base);
                minus(slot(actor, which, u), all);
                minus(slot(actor, which, u), slot(actor, BASE_P, u));
            }
            for (int which : new int[] {WRITES_P, WRITES_FENCED_P}) {
                minus(slot(actor, which, u), base);
                minus(slot(actor, which, u), slot(actor, BASE_P, u));
                minus(slot(actor, which, u), slot(actor, WRITES_FENCED_H));
            }
            minus(slot(actor, WRITES_P, u), slot(actor, WRITES_H));
            minus(slot(actor, WRITES_P, u), slot(actor, WRITES_FENCED_P, u));
            minus(slot(actor, UNLOCK_P, u), base);
            minus(slot(actor, UNLOCK_P, u), slot(actor, UNLOCK_H));
            minus(slot(actor, UNLOCK_P, u), slot(actor, BASE_P, u));
        }
        for (int location = 0; location < locations; location++) {
            minus(wordSlot(actor, location), base);
            minus(wordSlot(actor, location), slot(actor, WRITES_FENCED_H));
        }
        for (int read = 0; read < reads[actor]; read++) {
            minus(readSlot(actor, read), base);
            minus(readSlot(actor, read), slot(actor, WRITES_FENCED_H));
        }
    }
}
