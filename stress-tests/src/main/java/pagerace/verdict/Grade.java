// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A verdict and why.
 *
 * @param verdict the verdict
 * @param reason why, in words; empty where the counts say it all
 * @param cause why the point is inconclusive; null for every other verdict
 * @param missingMillis for how much longer forks would have to run, on such a host, until the plan's demand is met, in
 *     milliseconds; a guess, and 0 where time would not help
 * @param silentMillis for how much time nothing at all has come of what is demanded, in milliseconds; 0 if something has, or if
 *     nobody waited for it
 */
public record Grade(
        Verdict verdict, String reason, @Nullable Cause cause, long missingMillis, double silentMillis) {
    /** Measured: on a good host every point of the plan shows something of what is demanded within this time, in milliseconds. */
    private static final double SIGN_OF_LIFE_MILLIS = 2_000;

    /** Checks that what is inconclusive, and nothing else, has a cause. */
    public Grade {
        if ((verdict == Verdict.INCONCLUSIVE) != (cause != null)) {
            throw new IllegalArgumentException(verdict + " is due to " + cause);
        }
    }

    /** A verdict that has no excuse. */
    public static Grade of(Verdict verdict, String reason) {
        return new Grade(verdict, reason, verdict == Verdict.INCONCLUSIVE ? Cause.INSTRUMENT : null, 0, 0);
    }

    /** Whether it fails the build. */
    public boolean fails() {
        return verdict.isFailing() && !isUndecided();
    }

    /** Whether it is inconclusive because the host was bad or time ran out. */
    public boolean isUndecided() {
        return cause != null && cause.isExcuse();
    }

    /** Whether it is open for lack of time alone, though on a good host there would have been a sign of life by now. */
    private boolean isDead() {
        return cause == Cause.BUDGET && silentMillis >= SIGN_OF_LIFE_MILLIS;
    }

    /**
     * The grades of a whole run: what looks like lack of time at one point is no such thing at many. If several dead points
     * together had the time in which one is judged, the instrument is the cause at each of them.
     */
    public static <K> Map<K, Grade> together(Map<K, Grade> grades) {
        List<Grade> dead = grades.values().stream().filter(Grade::isDead).toList();
        double silent = dead.stream().mapToDouble(Grade::silentMillis).sum();
        if (dead.size() < 2 || silent < Lack.ENOUGH_MILLIS) {
            return grades;
        }
        String due = " (instrument: " + dead.size() + " such points, in " + Math.round(silent / 1000) + " s together)";
        Map<K, Grade> judged = new LinkedHashMap<>(grades);
        judged.replaceAll((key, grade) ->
                grade.isDead() ? of(grade.verdict, grade.reason.replaceFirst(" \\(budget: [^)]*\\)$", due)) : grade);
        return judged;
    }
}
