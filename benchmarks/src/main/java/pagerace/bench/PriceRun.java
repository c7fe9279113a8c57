// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;
import pagerace.bench.floor.Floor;
import pagerace.price.Course;
import pagerace.price.Price;
import pagerace.price.Price.Ratio;
import pagerace.price.PriceControl;
import pagerace.price.Priced;
import pagerace.price.Series;

/**
 * Times one subject of the price list, with all its series, and makes prices of it.
 *
 * <p>Of operations that do the same only one is timed.
 */
final class PriceRun {
    private static final String WITHOUT_FENCE = PriceControl.series().base().key();
    private static final String WITH_FENCE =
            PriceControl.series().variants().get(1).key();

    /** The shortest that there are: so no batch of the subject suffers more from what the clock takes. */
    private static final int CONTROL_COPIES = Batch.copies(1);

    private final List<Series> series;
    private final Effort effort;
    private final PlanRunner runner;

    /** The course of each operation; none of one that does not end alone. */
    private final Map<Priced, Course> courses = new HashMap<>();

    /** The lines of the plan, each with its place. */
    private final Map<String, Integer> plan = new LinkedHashMap<>();

    /** How many copies an entry runs at a time. */
    private final Map<String, Integer> sizes = new LinkedHashMap<>();

    /** Which entry of the plan stands for an operation. */
    private final Map<Priced, String> entries = new HashMap<>();

    /** Per JVM, per line of the plan, per round. */
    private final List<double[][]> times = new ArrayList<>();

    private final List<RunResult> raw = new ArrayList<>();

    /** A run of {@code series}, all of one subject, which {@code runner} times. */
    PriceRun(List<Series> series, Effort effort, PlanRunner runner) {
        this.series = series;
        this.effort = effort;
        this.runner = runner;
        // At the two ends: whoever reads the plan backwards, takes one for the other.
        enter(WITHOUT_FENCE, CONTROL_COPIES);
        series.forEach(this::enter);
        enter(WITH_FENCE, CONTROL_COPIES);
    }

    /** All variants run in batches of one size, so that their states take the same room in the caches. */
    private void enter(Series each) {
        Map<Priced, Course> timed = new LinkedHashMap<>();
        for (Priced priced : each.variants()) {
            Course.of(priced).ifPresent(course -> {
                courses.put(priced, course);
                if (course.length() <= effort.longest()) {
                    timed.put(priced, course);
                }
            });
        }
        int longest = timed.values().stream().mapToInt(Course::length).max().orElse(1);
        Map<String, String> entryOfCourse = new HashMap<>();
        Set<String> different = timed.values().stream().map(Course::text).collect(Collectors.toSet());
        if (timed.containsKey(each.base()) && different.size() > 1) {
            enter(Prices.AGAIN + each.base().key(), Batch.copies(longest));
        }
        timed.forEach((priced, course) -> {
            String entry = entryOfCourse.computeIfAbsent(course.text(), unused -> priced.key());
            entries.put(priced, entry);
            enter(entry, Batch.copies(longest));
            if (effort.floors()) {
                Floor.nameOf(course).ifPresent(floor -> {
                    enter(floor, Batch.copies(longest));
                    enter(Prices.ON_WORDS + floor, Batch.copies(longest));
                });
            }
        });
    }

    private void enter(String what, int size) {
        plan.putIfAbsent(line(what, size), plan.size());
        plan.putIfAbsent(line(Prices.EMPTY, size), plan.size());
        sizes.putIfAbsent(what, size);
    }

    private static String line(String what, int size) {
        return size + " " + what;
    }

    /** Times everything once, in a JVM of its own. */
    void fork() throws RunnerException {
        PlanRunner.Timed timed = runner.run(series.get(0).subject(), List.copyOf(plan.keySet()));
        raw.addAll(timed.raw());
        times.add(Rounds.perEntry(
                timed.nanos().stream().mapToDouble(Double::doubleValue).toArray(), plan.size()));
    }

    /** What JMH returned of every fork. */
    List<RunResult> raw() {
        return raw;
    }

    /** How many entries are timed. */
    int size() {
        return plan.size();
    }

    /** The prices of everything in the series that was not too long, from the forks so far; nothing before the first. */
    List<Price> prices() {
        if (times.isEmpty()) {
            return List.of();
        }
        return series.stream()
                .flatMap(each -> each.variants().stream()
                        .filter(priced -> !courses.containsKey(priced) || entries.containsKey(priced))
                        .map(priced -> price(priced, each.base())))
                .toList();
    }

    /** Whether they count; nothing before the first fork. */
    Optional<PriceControl> control() {
        return times.isEmpty()
                ? Optional.empty()
                : Optional.of(PriceControl.of(
                        series.get(0).subject(),
                        times.size(),
                        Rounds.ratio(times(WITH_FENCE), times(WITHOUT_FENCE)),
                        prices()));
    }

    /** What one run took, JVM by JVM and round by round, without the clock. */
    private double[][] times(String entry) {
        int size = requireNonNull(sizes.get(entry));
        int line = requireNonNull(plan.get(line(entry, size)));
        int empty = requireNonNull(plan.get(line(Prices.EMPTY, size)));
        return times.stream()
                .map(jvm -> IntStream.range(0, jvm[line].length)
                        .mapToDouble(round -> (jvm[line][round] - jvm[empty][round]) / size)
                        .toArray())
                .toArray(double[][]::new);
    }

    private Price price(Priced priced, Priced base) {
        Course course = courses.get(priced);
        if (course == null) {
            return Price.ofDeadlock(priced.point(), priced.operation(), base.point());
        }
        String entry = requireNonNull(entries.get(priced));
        @Nullable String baseEntry = entries.get(base);
        double[][] own = times(entry);
        @Nullable Ratio ratio = ratio(own, entry, baseEntry);
        @Nullable Ratio again = again(baseEntry);
        Optional<String> floor = effort.floors() ? Floor.nameOf(course) : Optional.empty();
        return new Price(
                priced.point(),
                priced.operation(),
                base.point(),
                course.accesses(),
                Rounds.median(Arrays.stream(own).flatMapToDouble(Arrays::stream).toArray()),
                ratio,
                Price.claim(entry.equals(baseEntry), ratio, again),
                again,
                floor.map(name -> Rounds.ratio(own, times(name))).orElse(null),
                floor.map(name -> Rounds.ratio(times(Prices.ON_WORDS + name), times(name)))
                        .orElse(null));
    }

    /** The base compared with itself, compiled once more: how much of a ratio may be chance. */
    private @Nullable Ratio again(@Nullable String baseEntry) {
        return baseEntry != null && sizes.containsKey(Prices.AGAIN + baseEntry)
                ? Rounds.ratio(times(Prices.AGAIN + baseEntry), times(baseEntry))
                : null;
    }

    private @Nullable Ratio ratio(double[][] own, String entry, @Nullable String baseEntry) {
        if (baseEntry == null) {
            return null;
        }
        return entry.equals(baseEntry) ? Ratio.ONE : Rounds.ratio(own, times(baseEntry));
    }
}
