// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

/**
 * What a point lacks of what the plan demands.
 *
 * @param words what it is
 * @param onGoodHost to what it is due where the host was good: to the {@link Cause#BUDGET} if more time would mend it, else to
 *     the {@link Cause#INSTRUMENT}
 * @param missingMillis for how much longer forks would have to run, on such a host, until nothing is lacking; a guess
 */
record Lack(String words, Cause onGoodHost, long missingMillis) {
    /**
     * Who showed nothing at all in so much CPU time, in milliseconds, will not. Measured: on a good host every point of the plan shows
     * something of what is demanded within two seconds.
     */
    static final long SILENCE_MILLIS = 30_000;

    /** What a first look takes, in milliseconds: three forks or so. */
    private static final long FIRST_LOOK_MILLIS = 4_000;

    /** Nor is a point worth waiting for that would need more than this, in milliseconds, at the best rate that its counts leave room for. */
    static final long LONGEST_MILLIS = 30 * 60_000;

    /** More time would not mend it. */
    static Lack forGood(String words) {
        return new Lack(words, Cause.INSTRUMENT, 0);
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
            return new Lack(words, Cause.BUDGET, FIRST_LOOK_MILLIS);
        }
        boolean hopeless = has == 0 ? given >= SILENCE_MILLIS : given * wants > LONGEST_MILLIS * atMost(has);
        if (hopeless) {
            return forGood(words + " in " + Math.round(given / 1000) + " s of CPU time");
        }
        double missing = has == 0 ? SILENCE_MILLIS - given : given * (wants - has) / has;
        // Of a VM's life on a busy host only a part counts.
        return new Lack(words, Cause.BUDGET, Math.round(missing * forks.lifeMillis() / given));
    }

    /** What the mean of so many events may be: the upper end of an interval of 95 %, nearly. */
    private static double atMost(long events) {
        return events + 2 * Math.sqrt((double) events);
    }
}
