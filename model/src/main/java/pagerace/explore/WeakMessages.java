// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a {@link WeakState}, which are the writes that somebody can still read or come before: for each word in
 * coherence order, the oldest first, and how far back in it each actor can still go. A message has a number, which it keeps
 * as others come and go, and a position in the order of its word, which changes.
 */
final class WeakMessages {
    /** A read-modify-write wrote the message: nothing can come between it and the one before. */
    static final int READ_MODIFY_WRITE = 1;

    /** Taking a spin lock wrote the message. */
    static final int LOCK = 2;

    private static final int BITS_OF_ORIGIN = 2;

    /** Instead of the first pair, of a message that has none. */
    private static final int UNPAIRED = Integer.MIN_VALUE;

    private final int actors;
    private final int locations;

    /** How many messages there have been; the next one gets this number. */
    private int count;

    private final long[] value;

    /** Who wrote the message; one more than the last actor if that does not matter, as for an initial value. */
    private final int[] writer;

    /** What the message is, of {@link #READ_MODIFY_WRITE} and {@link #LOCK}. */
    private final int[] origin;

    /**
     * The number of each message's pair with actor 0; those with the other actors follow. The oldest message of a word has
     * none when a state is unpacked: nobody can go back before it.
     */
    private final int[] firstPair;

    /** How many pairs the messages have with actors. */
    private int pairs;

    /** The messages of each word, by number. An order is never changed, but replaced: states share them. */
    private final int[][] order;

    /** Per actor and word: the position before which the actor cannot go back. */
    private final int[][] floor;

    private WeakMessages(WeakShape shape, int count) {
        actors = shape.actors();
        locations = shape.locations();
        int withNext = count + 1;
        value = new long[withNext];
        writer = new int[withNext];
        origin = new int[withNext];
        firstPair = new int[withNext];
        order = new int[locations][];
        floor = new int[actors][locations];
    }

    private WeakMessages(WeakMessages that) {
        actors = that.actors;
        locations = that.locations;
        count = that.count;
        value = that.value.clone();
        writer = that.writer.clone();
        origin = that.origin.clone();
        firstPair = that.firstPair.clone();
        pairs = that.pairs;
        order = that.order.clone();
        floor = new int[actors][];
        for (int actor = 0; actor < actors; actor++) {
            floor[actor] = that.floor[actor].clone();
        }
    }

    /** One message per word, with its initial value. */
    static WeakMessages initial(WeakShape shape, long[] values) {
        WeakMessages messages = new WeakMessages(shape, values.length);
        for (int location = 0; location < values.length; location++) {
            messages.order[location] = new int[] {location};
            messages.append(values[location], shape.actors(), 0, false);
        }
        return messages;
    }

    WeakMessages copy() {
        return new WeakMessages(this);
    }

    private void append(long itsValue, int itsWriter, int itsOrigin, boolean paired) {
        value[count] = itsValue;
        writer[count] = itsWriter;
        origin[count] = itsOrigin;
        firstPair[count] = paired ? pairs : UNPAIRED;
        pairs += paired ? actors : 0;
        count++;
    }

    // ---- what there is

    /** The number of the next message. */
    int next() {
        return count;
    }

    /** How many pairs the messages have with actors. */
    int pairs() {
        return pairs;
    }

    /** How many pairs there will be after the next message. */
    int pairsWithNext() {
        return pairs + actors;
    }

    /** How many messages the word has. */
    int count(int location) {
        return order[location].length;
    }

    /** The number of the message at that position. */
    int at(int location, int position) {
        return order[location][position];
    }

    /** The position before which {@code actor} cannot go back. */
    int floor(int actor, int location) {
        return floor[actor][location];
    }

    long value(int message) {
        return value[message];
    }

    /** The last value of the word in coherence order. */
    long last(int location) {
        return value[at(location, count(location) - 1)];
    }

    boolean isBy(int actor, int message) {
        return writer[message] == actor;
    }

    /** Whether a read-modify-write has read the message at that position, so that nothing can come directly after it. */
    boolean isTaken(int location, int position) {
        return position + 1 < count(location) && isFrom(READ_MODIFY_WRITE, at(location, position + 1));
    }

    /** Whether the message has that origin. */
    boolean isFrom(int itsOrigin, int message) {
        return (origin[message] & itsOrigin) != 0;
    }

    /** The number of the pair of a message and an actor. */
    int pair(int message, int actor) {
        return firstPair[message] + actor;
    }

    // ---- changes

    /** Adds a message directly after {@code position}, before which its writer cannot go back, and returns its number. */
    int insertAfter(int position, int location, long written, int actor, int itsOrigin) {
        int[] before = order[location];
        int[] after = new int[before.length + 1];
        System.arraycopy(before, 0, after, 0, position + 1);
        System.arraycopy(before, position + 1, after, position + 2, before.length - position - 1);
        after[position + 1] = count;
        order[location] = after;
        for (int[] floors : floor) {
            if (floors[location] > position) {
                floors[location]++;
            }
        }
        floor[actor][location] = position + 1;
        append(written, actor, itsOrigin, true);
        return count - 1;
    }

    void raiseFloor(int actor, int location, int position) {
        floor[actor][location] = Math.max(floor[actor][location], position);
    }

    /** Drops the messages of the word that are older than any that an actor can still read. */
    void dropOldest(int location) {
        int lowest = Math.min(floor[0][location], lowestFloorOfOthers(0, location));
        if (lowest > 0) {
            order[location] = Arrays.copyOfRange(order[location], lowest, order[location].length);
            for (int[] floors : floor) {
                floors[location] -= lowest;
            }
        }
        origin[at(location, 0)] &=
                ~READ_MODIFY_WRITE; // there is nothing left before it that it could be separated from
    }

    /** The lowest floor in the word of all actors but {@code actor}. */
    int lowestFloorOfOthers(int actor, int location) {
        int lowest = count(location) - 1;
        for (int other = 0; other < actors; other++) {
            if (other != actor) {
                lowest = Math.min(lowest, floor[other][location]);
            }
        }
        return lowest;
    }

    void forgetWriter(int message) {
        writer[message] = actors;
    }

    // ---- bytes

    /** Packs the messages. They get new numbers thereby, in the order in which they are packed; so do their pairs. */
    void pack(Packer packer) {
        packer.put(inOrder());
        for (int location = 0; location < locations; location++) {
            packer.put(count(location));
            for (int message : order[location]) {
                packer.putSigned(value[message]);
                packer.put(writer[message] << BITS_OF_ORIGIN | origin[message]);
            }
            for (int[] floors : floor) {
                packer.put(floors[location]);
            }
        }
    }

    private int inOrder() {
        int all = 0;
        for (int[] messages : order) {
            all += messages.length;
        }
        return all;
    }

    /** How many pairs {@link #pack} keeps. */
    int packedPairs() {
        return (inOrder() - locations) * actors;
    }

    /** The number that each pair gets by {@link #pack}; null if all keep their numbers. */
    int @Nullable [] packedPair() {
        int[] packedPair = new int[pairs];
        int next = 0;
        boolean same = true;
        for (int[] messages : order) {
            for (int position = 1; position < messages.length; position++) {
                int first = firstPair[messages[position]];
                same &= first == next;
                for (int actor = 0; actor < actors; actor++) {
                    packedPair[first + actor] = next++;
                }
            }
        }
        return same ? null : packedPair;
    }

    /** Reads what {@link #pack} wrote. */
    static WeakMessages unpack(WeakShape shape, Unpacker unpacker) {
        WeakMessages messages = new WeakMessages(shape, (int) unpacker.get());
        for (int location = 0; location < shape.locations(); location++) {
            int[] numbers = new int[(int) unpacker.get()];
            for (int position = 0; position < numbers.length; position++) {
                numbers[position] = messages.count;
                long value = unpacker.getSigned();
                int writerAndOrigin = (int) unpacker.get();
                messages.append(
                        value,
                        writerAndOrigin >>> BITS_OF_ORIGIN,
                        writerAndOrigin & (1 << BITS_OF_ORIGIN) - 1,
                        position > 0);
            }
            messages.order[location] = numbers;
            for (int[] floors : messages.floor) {
                floors[location] = (int) unpacker.get();
            }
        }
        return messages;
    }
}
