// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pagerace.explore.ExploredMachine.Judgement;

/**
 * Finds the final memories that make a judge say something, by asking him before memory is decided: where he looks at a
 * word, each value that it can have at the end is tried.
 */
final class Finals<O> {
    private final ExploredMachine machine;
    private final Supplier<O> judge;
    private final Predicate<? super O> wanted;
    private final long[] initialValues;
    private final List<Set<Long>> finalValues;

    Finals(
            ExploredMachine machine,
            Supplier<O> judge,
            Predicate<? super O> wanted,
            long[] initialValues,
            List<Set<Long>> finalValues) {
        this.machine = machine;
        this.judge = judge;
        this.wanted = wanted;
        this.initialValues = initialValues;
        this.finalValues = finalValues;
    }

    List<Map<Integer, Long>> find() {
        List<Map<Integer, Long>> found = find(Map.of());
        return found == null ? List.of() : found;
    }

    /** The wanted memories among those in which the words of {@code decided} have those values; null if he fails on all. */
    private @Nullable List<Map<Integer, Long>> find(Map<Integer, Long> decided) {
        long[] last = initialValues.clone();
        boolean[] open = new boolean[last.length];
        Arrays.fill(open, true);
        decided.forEach((word, value) -> {
            last[word] = value;
            open[word] = false;
        });
        Judgement<O> judgement;
        try {
            judgement = machine.judgeInPart(last, open, judge);
        } catch (RuntimeException e) {
            return null; // no execution ends like this
        }
        if (judgement.outcome() != null) {
            return wanted.test(judgement.outcome()) ? List.of(Map.of()) : List.of();
        }
        return findByValue(decided, judgement.asked());
    }

    private @Nullable List<Map<Integer, Long>> findByValue(Map<Integer, Long> decided, int word) {
        List<Map<Integer, Long>> all = new ArrayList<>();
        @Nullable List<Map<Integer, Long>> first = null;
        boolean alike = true;
        for (long value : finalValues.get(word)) {
            Map<Integer, Long> more = new TreeMap<>(decided);
            more.put(word, value);
            List<Map<Integer, Long>> found = find(more);
            if (found == null) {
                continue;
            }
            first = first == null ? found : first;
            alike &= found.equals(first);
            for (Map<Integer, Long> rest : found) {
                Map<Integer, Long> condition = new TreeMap<>(rest);
                condition.put(word, value);
                all.add(condition);
            }
        }
        return first == null || alike ? first : all;
    }
}
