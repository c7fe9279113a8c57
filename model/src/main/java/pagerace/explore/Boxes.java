// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;

/** Describes a set of combinations of labels by few patterns, such as {@code [pin,*,arm64]}. */
public final class Boxes {
    private Boxes() {}

    /**
     * Patterns that fit every combination in {@code some} and no other of {@code all}. In a pattern, {@code *} fits whatever
     * occurs there in {@code all}, and {@code a|b} fits both.
     */
    public static List<String> cover(Collection<List<String>> some, Collection<List<String>> all) {
        if (some.isEmpty()) {
            return List.of();
        }
        List<Set<String>> values = values(some);
        if (all.stream().filter(combination -> fits(combination, values)).allMatch(some::contains)) {
            return List.of(pattern(values, values(all)));
        }
        List<String> best = List.of();
        for (int position = 0; position < values.size(); position++) {
            if (values.get(position).size() > 1) {
                List<String> patterns = coverByValue(some, all, position, values.get(position));
                if (best.isEmpty() || patterns.size() < best.size()) {
                    best = patterns;
                }
            }
        }
        return best;
    }

    private static List<String> coverByValue(
            Collection<List<String>> some, Collection<List<String>> all, int position, Set<String> values) {
        List<String> patterns = new ArrayList<>();
        for (String value : values) {
            patterns.addAll(cover(
                    some.stream()
                            .filter(combination -> combination.get(position).equals(value))
                            .toList(),
                    all));
        }
        return patterns;
    }

    private static List<Set<String>> values(Collection<List<String>> combinations) {
        List<Set<String>> values = new ArrayList<>();
        for (List<String> combination : combinations) {
            for (int position = 0; position < combination.size(); position++) {
                if (position == values.size()) {
                    values.add(new LinkedHashSet<>());
                }
                values.get(position).add(combination.get(position));
            }
        }
        return values;
    }

    private static boolean fits(List<String> combination, List<Set<String>> values) {
        for (int position = 0; position < values.size(); position++) {
            if (!values.get(position).contains(combination.get(position))) {
                return false;
            }
        }
        return true;
    }

    private static String pattern(List<Set<String>> values, List<Set<String>> everything) {
        StringJoiner pattern = new StringJoiner(",", "[", "]");
        for (int position = 0; position < values.size(); position++) {
            Set<String> here = values.get(position);
            boolean any = here.size() > 1 && here.equals(everything.get(position));
            pattern.add(any ? "*" : String.join("|", here));
        }
        return pattern.toString();
    }
}
