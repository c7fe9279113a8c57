// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

/**
 * What a point lacks of what the plan demands.
 *
 * <p><em>Time</em> is {@linkplain Measurement#givenMillis what counts} of the lives of forks.
 *
 * @param words what it is
 * @param onGoodHost the cause where the host was good: the {@link Cause#BUDGET} if more time would help, the
 *     {@link Cause#INSTRUMENT} if it would not, the {@link Cause#HOST} if only single forks had a bad one
 * @param why why it is that cause, in words; may be empty
 * @param missingMillis for how much longer forks would have to live, on such a host, until nothing is lacking, in milliseconds; a
 *     guess, and 0 if time would not help
 * @param silentMillis for how much time nothing at all has come, in milliseconds; 0 if something has, or if the host was busy
 */
record Lack(String words, Cause onGoodHost, String why, long missingMillis, double silentMillis) {
    /** The time, in milliseconds, after which a point can be judged by what it has shown. */
    static final long ENOUGH_MILLIS = 30_000;

    /** A point that would need more time than this in all, in milliseconds, at the upper end of its rate, will not get there. */
    static final long LONGEST_MILLIS = 30 * 60_000;

    /** Beside one busy loop a fork has half of its life; beside more, silence for a few seconds is no sign of anything. */
    private static final double QUIET = 0.5;

    /** What a first look takes, in milliseconds: three forks or so. */
    static final long FIRST_LOOK_MILLIS = 4_000;

    /** The upper end of an interval of 95 % for the mean of what has not been seen: the rule of three. */
    private static final double RULE_OF_THREE = 3;

    /** More time would not help. */
    static Lack forGood(String words, String why) {
        return new Lack(words, Cause.INSTRUMENT, why, 0, 0);
    }

    /** A good host would have helped. */
    static Lack ofSingleForks(String words) {
        return new Lack(words, Cause.HOST, "", 0, 0);
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
            return new Lack(words, Cause.BUDGET, "no time was left", FIRST_LOOK_MILLIS, 0);
        }
        boolean hopeless = given >= ENOUGH_MILLIS && given * wants > LONGEST_MILLIS * atMost(has);
        if (hopeless) {
            return forGood(words, "in " + Math.round(given / 1000) + " s");
        }
        double missing = has == 0 ? Math.max(given, ENOUGH_MILLIS - given) : given * (wants - has) / has;
        // Of a VM's life on a busy host only a part counts.
        long missingLife = Math.round(missing * forks.lifeMillis() / given);
        String why = "about " + Math.max(1, missingLife / 1000) + " s more " + (has == 0 ? "would tell" : "should do");
        boolean wasQuiet = given >= QUIET * forks.lifeMillis();
        return new Lack(words, Cause.BUDGET, why, missingLife, has == 0 && wasQuiet ? given : 0);
    }

    /** What the mean of so many events may be: the upper end of an interval of 95 %, nearly. */
    private static double atMost(long events) {
        return Math.max(RULE_OF_THREE, events + 2 * Math.sqrt((double) events));
    }
}
