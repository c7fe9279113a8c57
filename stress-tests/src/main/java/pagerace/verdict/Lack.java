// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

/**
 * What a point lacks of what the plan demands.
 *
 * @param words what it is
 * @param onGoodHost the cause where the host was good: the {@link Cause#BUDGET} if more time would help, else the
 *     {@link Cause#INSTRUMENT}
 * @param why why it is that cause, in words; may be empty
 * @param missingMillis for how much longer forks would have to run, on such a host, until nothing is lacking, in milliseconds; a
 *     guess, and 0 if time would not help
 */
record Lack(String words, Cause onGoodHost, String why, long missingMillis) {
    /**
     * The CPU time, in milliseconds, after which a point that has shown nothing of what is demanded will not. Measured: on a good host
     * every point of the plan shows something within two seconds.
     */
    static final long SILENCE_MILLIS = 30_000;

    /** A point that would need more CPU time than this in all, in milliseconds, at the upper end of its rate, will not get there. */
    static final long LONGEST_MILLIS = 30 * 60_000;

    /** What a first look takes, in milliseconds: three forks or so. */
    private static final long FIRST_LOOK_MILLIS = 4_000;

    /** More time would not help. */
    static Lack forGood(String words, String why) {
        return new Lack(words, Cause.INSTRUMENT, why, 0);
    }

    /**
     * Too few of something that comes with time.
     *
     * @param has how many there are
     * @param wants how many are demanded: more
     * @param forks what they were to come from
     */
    static Lack ofCount(String words, long has, long wants, Tally forks) {
        double given = forks.givenMillis();
        if (given == 0) {
            return forLater(words, FIRST_LOOK_MILLIS);
        }
        boolean hopeless = has == 0 ? given >= SILENCE_MILLIS : given * wants > LONGEST_MILLIS * atMost(has);
        if (hopeless) {
            return forGood(words, "in " + Math.round(given / 1000) + " s of CPU time");
        }
        double missing = has == 0 ? SILENCE_MILLIS - given : given * (wants - has) / has;
        // Of a VM's life on a busy host only a part counts.
        return forLater(words, Math.round(missing * forks.lifeMillis() / given));
    }

    private static Lack forLater(String words, long missingMillis) {
        long seconds = Math.max(1, missingMillis / 1000);
        return new Lack(words, Cause.BUDGET, "about " + seconds + " s more should do", missingMillis);
    }

    /** What the mean of so many events may be: the upper end of an interval of 95 %, nearly. */
    private static double atMost(long events) {
        return events + 2 * Math.sqrt((double) events);
    }
}
