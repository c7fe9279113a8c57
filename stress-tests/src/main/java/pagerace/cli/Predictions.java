// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static java.util.Objects.requireNonNull;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.cli.ExplorationCache.Found;
import pagerace.explore.Decoder;
import pagerace.explore.Necessity;
import pagerace.explore.RuleViolation;
import pagerace.explore.Schedule;
import pagerace.explore.Transcript;
import pagerace.mm.WordText;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.verdict.Prediction;

/** Explores points on all CPUs, with progress and the time that is left. */
final class Predictions {
    private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

    private static final Decoder KERNEL = ((Decoder) WordText::value).withMasks(WordText::mask);

    private Predictions() {}

    /**
     * The predictions of {@code points}, by key and in their order: from {@code cache} as far as they are there. What met a bound is
     * never kept: it says nothing of the point.
     *
     * @throws RuleViolation if model code breaks a rule of the explored machine
     * @throws pagerace.own.BadFix if an own fix does
     */
    static Map<String, Prediction> of(List<Point> points, ExplorationCache cache, PrintStream out) {
        Map<String, Prediction> known = new HashMap<>();
        Map<String, Callable<Prediction>> questions = new LinkedHashMap<>();
        for (Point point : points) {
            Found<Prediction> found = cache.find("point " + point.key(), Prediction.class);
            if (found == null) {
                questions.put(point.key(), () -> of(point));
            } else {
                known.put(point.key(), found.value().exploredOn(found.date()));
            }
        }
        tell("point", known.values().stream().map(Prediction::cached).toList(), out);
        Map<String, Prediction> explored = answers(questions, "points explored", out);
        explored.forEach((key, prediction) -> {
            if (isWhole(prediction)) {
                cache.put("point " + key, prediction);
            }
        });
        cache.write();
        Map<String, Prediction> all = new LinkedHashMap<>();
        for (Point point : points) {
            Prediction prediction = known.get(point.key());
            all.put(point.key(), prediction == null ? requireNonNull(explored.get(point.key())) : prediction);
        }
        return all;
    }

    /** Whether no bound cut it short: what did depends on the bound, and perhaps on the memory of the host. */
    static boolean isWhole(Prediction prediction) {
        return prediction.bound() == null;
    }

    private static void tell(String what, List<@Nullable String> dates, PrintStream out) {
        SortedSet<String> distinct =
                dates.stream().filter(Objects::nonNull).collect(Collectors.toCollection(TreeSet::new));
        if (!distinct.isEmpty()) {
            out.println((dates.size() == 1
                            ? "1 " + what + " was"
                            : dates.size() + " " + what.replaceFirst("(?= |$)", "s") + " were")
                    + " explored on " + distinct.first() + (distinct.size() == 1 ? "" : " and later")
                    + ", from the cache (--no-cache explores anew)");
        }
    }

    /**
     * Which steps are needed, by race: those of the present kernel's {@code points}, and in their places those that a declared
     * mutant lacks and of which it is known what that comes to.
     *
     * @param predictions what is known already, by key
     * @throws RuleViolation if model code breaks a rule of the explored machine
     */
    static Map<String, List<Necessity.Row>> necessity(
            List<Point> points, Map<String, Prediction> predictions, ExplorationCache cache, PrintStream out) {
        Map<String, Reachability> known = new HashMap<>();
        predictions.forEach((key, prediction) -> known.put(key, prediction.reachableFrom()));
        Set<String> keys = points.stream().map(Point::key).collect(Collectors.toSet());
        Map<String, Steps> kept = new HashMap<>();
        List<String> dates = new ArrayList<>();
        Map<String, String> names = new HashMap<>();
        Map<String, Callable<Steps>> questions = new LinkedHashMap<>();
        for (Race race : Catalogue.RACES) {
            Set<String> places = points.stream()
                    .filter(point -> point.race().equals(race.name()))
                    .map(Point::place)
                    .collect(Collectors.toSet());
            if (places.isEmpty()) {
                continue;
            }
            String name = "steps " + race.name() + " " + ExplorationCache.hash(question(race, keys, known));
            Found<Steps> found = cache.find(name, Steps.class);
            if (found == null) {
                names.put(race.name(), name);
                questions.put(
                        race.name(),
                        () -> new Steps(Necessity.of(
                                        race,
                                        (mutant, original) -> keys.contains(original.key())
                                                || (known.containsKey(mutant.key()) && places.contains(mutant.place())),
                                        known)
                                .rows()));
            } else {
                kept.put(race.name(), found.value());
                dates.add(found.date());
            }
        }
        tell("race without each step", dates, out);
        Map<String, Steps> answers = answers(questions, "races explored without each step", out);
        answers.forEach((race, steps) -> {
            if (steps.isWhole()) {
                cache.put(requireNonNull(names.get(race)), steps);
            }
        });
        cache.write();
        kept.putAll(answers);
        Map<String, List<Necessity.Row>> rows = new LinkedHashMap<>();
        Catalogue.RACES.stream()
                .filter(race -> kept.containsKey(race.name()))
                .forEach(race -> rows.put(
                        race.name(), requireNonNull(kept.get(race.name())).rows()));
        return rows;
    }

    /** What is asked of the steps of {@code race}: the answer to another question is another answer. */
    private static String question(Race race, Set<String> keys, Map<String, Reachability> known) {
        String mine = race.name() + "/";
        return Stream.concat(
                        keys.stream().filter(key -> key.startsWith(mine)),
                        known.entrySet().stream()
                                .filter(each -> each.getKey().startsWith(mine))
                                .map(each -> each.getKey() + " " + each.getValue()))
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    /**
     * Which steps of one race are needed.
     *
     * @param rows a row for each step
     */
    public record Steps(List<Necessity.Row> rows) {
        /** Whether no bound cut an answer short. */
        boolean isWhole() {
            return rows.stream().noneMatch(row -> row.toString().contains(Reachability.UNKNOWN.name()));
        }
    }

    /** The prediction of one point, its schedules in the kernel's words. */
    static Prediction of(Point point) {
        return Prediction.of(pagerace.explore.Prediction.of(point), schedule -> tell(point, schedule));
    }

    /** A schedule of {@code point} in the kernel's words. */
    static Transcript tell(Point point, Schedule schedule) {
        Race race = Catalogue.race(point.race()).orElseThrow();
        return Transcript.of(schedule, race.actors(), KERNEL);
    }

    /** The answers to {@code questions}, in their order. */
    private static <T> Map<String, T> answers(Map<String, Callable<T>> questions, String done, PrintStream out) {
        int cpus = Math.min(questions.size(), Runtime.getRuntime().availableProcessors());
        ExecutorService explorers = Executors.newFixedThreadPool(Math.max(1, cpus));
        try {
            Map<String, Future<T>> asked = new LinkedHashMap<>();
            questions.forEach((key, question) -> asked.put(key, explorers.submit(question)));
            return collect(asked, done, out);
        } finally {
            explorers.shutdownNow();
        }
    }

    private static <T> Map<String, T> collect(Map<String, Future<T>> asked, String done, PrintStream out) {
        long begin = System.nanoTime();
        Duration nextLine = LOG_INTERVAL;
        Map<String, T> answers = new LinkedHashMap<>();
        for (Map.Entry<String, Future<T>> each : asked.entrySet()) {
            answers.put(each.getKey(), get(each.getValue()));
            Duration elapsed = Duration.ofNanos(System.nanoTime() - begin);
            if (elapsed.compareTo(nextLine) >= 0) {
                nextLine = elapsed.plus(LOG_INTERVAL);
                Duration left =
                        elapsed.multipliedBy(asked.size() - answers.size()).dividedBy(answers.size());
                out.println("[" + Budget.text(elapsed) + ", about " + Budget.text(left) + " left] " + answers.size()
                        + " of " + asked.size() + " " + done);
            }
        }
        return answers;
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            if (e.getCause() instanceof RuntimeException exception) {
                throw exception;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
