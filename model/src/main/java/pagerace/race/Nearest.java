// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;

/** What somebody may have meant who asked for something that does not exist. */
public final class Nearest {
    private Nearest() {}

    /**
     * The end of a sentence that refuses {@code asked}: the nearest choice, if it looks as if that was meant.
     *
     * @param otherwise what to say if no choice is near; it says where the choices are listed
     */
    public static String hint(String asked, Collection<String> choices, String otherwise) {
        String nearest = to(asked, choices);
        boolean near = nearest.startsWith(asked) || distance(asked, nearest) <= Math.max(1, asked.length() / 3);
        return near ? "the nearest is " + nearest : otherwise;
    }

    /**
     * A choice that begins with what was asked for, or else the one that takes the fewest changed letters to get to;
     * {@code none} if there is no choice.
     */
    public static String to(String asked, Collection<String> choices) {
        return choices.stream()
                .min(Comparator.<String, Boolean>comparing(choice -> !choice.startsWith(asked))
                        .thenComparing(choice -> distance(asked, choice)))
                .orElse("none");
    }

    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int changed = diagonal + (same(from.charAt(i - 1), to.charAt(j - 1)) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }

    private static boolean same(char a, char b) {
        return Character.toLowerCase(a) == Character.toLowerCase(b);
    }
}
