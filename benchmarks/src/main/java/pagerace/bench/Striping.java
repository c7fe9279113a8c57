// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.ThreadParams;
import pagerace.mm.PageTable;

/**
 * How many page-table locks are enough: a page, chosen at random from 512, faulted in, pinned, unpinned and zapped, by all
 * threads on the same pages.
 *
 * <p>{@link #faultPinZap} takes the page-table lock twice, {@link #faultSlowPinZap} three times, and {@code mmap_lock} for
 * reading as well, which all threads share however many stripes there are.
 *
 * <p>The curve over {@code stripes} is the answer: where it is flat, more of them buy nothing. With one thread it is flat
 * from the start, unless locks cost by their number. {@code padded=false} puts the same locks side by side, so that
 * neighbours share cache lines; the difference is what padding buys. Two threads that meet on one page meet on its folio,
 * whatever the stripes: one time in 512.
 *
 * <p>Run: {@code java -jar benchmarks/target/benchmarks.jar jmh Striping -t 2}.
 */
@State(Scope.Benchmark)
public class Striping extends TimedByHand {
    /** How many tables have the pages: one, with a lock by entry, or 64 with eight entries each, and a lock by table. */
    @Param({"1", "64"})
    public int tables = 1;

    /** How many locks there are. */
    @Param({"1", "2", "4", "8", "16", "32", "64"})
    public int stripes = 1;

    /** Whether each lock has cache lines of its own. */
    @Param({"true", "false"})
    public boolean padded = true;

    private StripedPages pages = new StripedPages(1, 1, true);

    /** Makes the pages. */
    @Setup
    public void setUp() {
        pages = new StripedPages(tables, stripes, padded);
    }

    /** Fails the run if a pin or a reference was left behind. */
    @TearDown(Level.Iteration)
    public void checkIdle() {
        pages.checkIdle();
    }

    /** A thread's way through the pages. */
    @State(Scope.Thread)
    public static class Dice {
        private int state = 1;

        /** Sends each thread another way. */
        @Setup
        public void setUp(ThreadParams thread) {
            state = 0x9E3779B9 * (thread.getThreadIndex() + 1);
        }

        /** The next page: three shifts, which visit every number but zero before they repeat. */
        int next() {
            state ^= state << 13;
            state ^= state >>> 17;
            state ^= state << 5;
            return state >>> 7 & (PageTable.ENTRIES - 1);
        }
    }

    /** Fault, GUP-fast, zap; returns how many pins were taken. */
    @Benchmark
    public int faultPinZap(Dice dice) {
        int page = dice.next();
        pages.fault(page);
        int pins = pages.pinFast(page);
        pages.zap(page);
        return pins;
    }

    /** The same with a slow GUP as well. */
    @Benchmark
    public int faultSlowPinZap(Dice dice) {
        int page = dice.next();
        pages.fault(page);
        int pins = pages.pinFast(page) + pages.pinSlowly(page);
        pages.zap(page);
        return pins;
    }

    StripedPages pages() {
        return pages;
    }
}
