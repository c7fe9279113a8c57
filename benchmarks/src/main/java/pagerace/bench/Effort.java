// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.util.List;

/**
 * How much work a run of the price list is.
 *
 * @param name what it is called
 * @param forks JVMs per subject, one after the other
 * @param warmups rounds per JVM that are not counted; even, since every second round runs backwards and counting begins forwards
 * @param rounds rounds per JVM that are counted
 * @param warmupMillis how long each entry runs in a round that is not counted
 * @param millis how long each entry runs in a round that is
 * @param floors whether the floors are timed too
 * @param longest operations of more accesses are left out
 */
record Effort(
        String name, int forks, int warmups, int warmupMillis, int rounds, int millis, boolean floors, int longest) {
    /** Checks that counting begins in the order of the plan: else every entry would have the time of its mirror image. */
    Effort {
        if (warmups % 2 != 0) {
            throw new IllegalArgumentException("An odd number of rounds that are not counted: " + warmups);
        }
    }

    /** Within the build: the ratios to the base, in a bit more than a minute. */
    static final Effort SHORT = new Effort("short", 1, 4, 6, 16, 3, false, 500);

    /** By hand. */
    static final Effort LONG = new Effort("long", 6, 4, 30, 20, 10, true, Integer.MAX_VALUE);

    /**
     * What every timed JVM is started with: a collector whose write barriers contain no fences, no heap that grows, final fields
     * that are constants, room to inline an operation into one piece, as a kernel's compiler would, and compilers that are done
     * before the code goes on.
     */
    static final List<String> JVM = List.of(
            "-XX:+UseSerialGC",
            "-Xms256m",
            "-Xmx256m",
            "-Xbatch",
            "-XX:+UnlockExperimentalVMOptions",
            "-XX:+TrustFinalNonStaticFields",
            "-XX:InlineSmallCode=20000");

    /** The same, floors included: those that consist of several methods take longer to be compiled. */
    Effort withFloors() {
        return new Effort(name, forks, warmups, 5 * warmupMillis, rounds, millis, true, longest);
    }

    /** The same in words. */
    String method() {
        return name + " form: " + forks + (forks == 1 ? " JVM, " : " JVMs, each ") + rounds + " rounds of " + millis
                + " ms per operation in the order A B, B A; medians, and 95 % intervals of the median";
    }
}
