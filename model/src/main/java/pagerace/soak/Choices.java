// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The sequence of choices of one thread: a function of seed, thread and round alone. What an operation finds never enters, so a
 * seed gives the same sequence however threads are timed.
 *
 * <p>Algorithm notes. Threads that wander over hundreds of pages seldom meet. So each round has a part of the address space in
 * which most operations take place, and in each part a page or two that most of them touch. And it leaves out about half of the actions,
 * so that those which race with each other sometimes have the page to themselves. Most rounds are brief, of two actions and a few
 * operations: what the last one lost nobody makes good again before it is looked for. On the disk, where that is a matter of
 * nanoseconds, every second thread has the one action, and the others the other. All of that comes from seed and round, the
 * same for all threads.
 */
final class Choices {
    /** So many rounds of a hundred are brief, and so many of these are for the disk alone. */
    private static final int PERCENT_BRIEF = 90;

    private static final int PERCENT_DISK_OF_BRIEF = 90;

    private static final int MOST_OPERATIONS_OF_A_BRIEF_ROUND = 4;
    private static final int FEWEST_OPERATIONS = 100;
    private static final int MOST_OPERATIONS = 400;
    private static final int MOST_HOT_PAGES = 2;
    private static final int PERCENT_HOT = 90;
    /** In this many rounds of a hundred the part is the one; the rest is for the disk. */
    private static final int PERCENT_ANON = 50;

    private static final int PERCENT_SHMEM = 25;
    private static final long ROUND_SALT = 0x5851F42D4C957F2DL;
    private static final long THREAD_SALT = 0x14057B7EF767814FL;

    private static final List<Area> AREAS = List.of(Area.values());
    private final long seed;
    private final int thread;
    private final Shape shape;
    private SplittableRandom random;
    private Area focus = Area.ANON;
    private boolean diskOnly;
    private final Map<Area, int[]> hot = new EnumMap<>(Area.class);
    private final Map<Area, List<Action>> decks = new EnumMap<>(Area.class);
    private int left;

    /** The choices of {@code thread} over an address space of that shape. */
    Choices(long seed, int thread, Shape shape) {
        this.seed = seed;
        this.thread = thread;
        this.shape = shape;
        this.random = new SplittableRandom(seed);
    }

    /** Begins {@code round}. */
    void begin(long round) {
        SplittableRandom common = new SplittableRandom(seed ^ round * ROUND_SALT);
        int part = common.nextInt(100);
        focus = part < PERCENT_ANON ? Area.ANON : part < PERCENT_ANON + PERCENT_SHMEM ? Area.SHMEM : Area.DISK;
        boolean brief = common.nextInt(100) < PERCENT_BRIEF;
        diskOnly = brief && common.nextInt(100) < PERCENT_DISK_OF_BRIEF;
        if (diskOnly) {
            focus = Area.DISK;
        }
        int hotPages = brief ? 1 : 1 + common.nextInt(MOST_HOT_PAGES);
        for (Area area : Area.values()) {
            hot.put(area, common.ints(hotPages, 0, shape.pages(area)).toArray());
            decks.put(area, brief ? briefDeck(area, common) : deck(area, common));
        }
        random = new SplittableRandom(common.nextLong() ^ (thread + 1) * THREAD_SALT);
        left = brief
                ? random.nextInt(1, MOST_OPERATIONS_OF_A_BRIEF_ROUND)
                : random.nextInt(FEWEST_OPERATIONS, MOST_OPERATIONS);
    }

    /** Whether the round has another choice. */
    boolean hasNext() {
        return left > 0;
    }

    /** The next choice. */
    Choice next() {
        left--;
        Area area = isHot() ? focus : AREAS.get(random.nextInt(AREAS.size()));
        List<Action> deck = decks.getOrDefault(area, List.of());
        Action action = deck.get(diskOnly ? thread % deck.size() : random.nextInt(deck.size()));
        int[] pages = hot.getOrDefault(area, new int[1]);
        int hotPage = pages[random.nextInt(pages.length)];
        int anyPage = random.nextInt(shape.pages(area));
        return new Choice(action, isHot() ? hotPage : anyPage, random.nextInt(Integer.MAX_VALUE));
    }

    /** The pages of {@code area} that this round prefers. */
    int[] hotPages(Area area) {
        return hot.getOrDefault(area, new int[0]);
    }

    /** Whether the round is a brief one on the disk alone: so little happens that it can be checked, and repeated, very often. */
    boolean isDiskOnly() {
        return diskOnly;
    }

    private boolean isHot() {
        return diskOnly || random.nextInt(100) < PERCENT_HOT;
    }

    /** The actions of this round, each as often as it weighs. References are always given back. */
    private static List<Action> deck(Area area, SplittableRandom common) {
        List<Action> deck = new ArrayList<>();
        for (Action action : Action.values()) {
            boolean chosen = common.nextBoolean() || action.isRelease();
            if (chosen && action.area == area) {
                deck.addAll(Collections.nCopies(action.weight, action));
            }
        }
        return deck.isEmpty() ? List.of(Action.DISK_STORE) : deck; // only the disk has nothing to give back
    }

    /** Two actions, and whatever gives references back, all alike. */
    private static List<Action> briefDeck(Area area, SplittableRandom common) {
        List<Action> others = new ArrayList<>();
        List<Action> deck = new ArrayList<>();
        for (Action action : Action.values()) {
            if (action.area == area) {
                (action.isRelease() ? deck : others).add(action);
            }
        }
        deck.add(others.remove(common.nextInt(others.size())));
        deck.add(others.remove(common.nextInt(others.size())));
        return deck;
    }
}
