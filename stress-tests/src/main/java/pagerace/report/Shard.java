// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One part of a campaign that was split into several: {@code 3/16} is the third of sixteen.
 *
 * @param number from one to {@code count}
 * @param count how many there are
 */
public record Shard(int number, int count) {
    private static final Pattern TEXT = Pattern.compile("([1-9]\\d{0,5})/([1-9]\\d{0,5})");

    /** Checks that there is such a part. */
    public Shard {
        if (number < 1 || number > count) {
            throw new IllegalArgumentException(number + "/" + count + " is no shard");
        }
    }

    /**
     * The shard that {@link #toString} writes so.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Shard parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text + " is no shard");
        }
        return new Shard(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    @Override
    public String toString() {
        return number + "/" + count;
    }

    /**
     * This part of {@code whole}: neighbours stay together, each belongs to exactly one part, and no part's cost differs from an
     * even share by more than the dearest costs. A part may be empty.
     *
     * @param cost what each costs, in any unit; taken for one if it is less
     */
    public <T> List<T> of(List<T> whole, ToLongFunction<T> cost) {
        long[] costs = whole.stream()
                .mapToLong(each -> Math.max(1, cost.applyAsLong(each)))
                .toArray();
        long total = 0;
        for (long each : costs) {
            total += each;
        }
        List<T> part = new ArrayList<>();
        long before = 0;
        for (int i = 0; i < costs.length; i++) {
            // A point whose middle lies in this part of the total belongs here.
            if ((2 * before + costs[i]) * count / (2 * total) == number - 1) {
                part.add(whole.get(i));
            }
            before += costs[i];
        }
        return List.copyOf(part);
    }
}
