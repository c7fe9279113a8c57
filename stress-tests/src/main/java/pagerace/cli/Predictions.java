// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pagerace.cli.ExplorationCache.Found;
import pagerace.explore.Necessity;
import pagerace.explore.Prediction;
import pagerace.explore.RuleViolation;
import pagerace.explore.Schedule;
import pagerace.explore.Sha256;
import pagerace.explore.Transcript;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.verdict.PredictionSummary;

/** Explores points on all CPUs, with progress and the time that is left. */
final class Predictions {
    private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

    private Predictions() {}

    /**
     * What somebody wants to know.
     *
     * @param name tells it from all other questions that these classes could be asked
     * @param answer finds out
     */
    record Question<T>(String name, Callable<T> answer) {}

    /**
     * The predictions of {@code points}, by key and in their order.
     *
     * @throws RuleViolation if model code breaks a rule of the explored machine
     * @throws pagerace.own.BadFix if an own fix does
     */
    static Map<String, PredictionSummary> of(List<Point> points, ExplorationCache cache, Console out) {
        Map<String, Question<PredictionSummary>> questions = new LinkedHashMap<>();
        points.forEach(point -> questions.put(point.key(), new Question<>("point " + point.key(), () -> of(point))));
        return ask(questions, cache, out);
    }

    /** The same of whatever points. */
    static Map<String, PredictionSummary> ask(
            Map<String, Question<PredictionSummary>> questions, ExplorationCache cache, Console out) {
        Map<String, PredictionSummary> predictions = new LinkedHashMap<>();
        ask(
                        questions,
                        PredictionSummary.class,
                        prediction -> prediction.bound() == null,
                        cache,
                        "point",
                        "points",
                        "explored",
                        out)
                .forEach((key, found) -> predictions.put(
                        key,
                        found.date() == null ? found.value() : found.value().exploredOn(found.date())));
        return predictions;
    }

    /**
     * The answers to {@code questions}, in their order: from {@code cache} as far as they are there.
     *
     * @param isWhole whether no bound cut an answer short: what did depends on the bound, and is not kept
     * @param one what is asked about, for messages
     * @param many more than one of it
     * @param done what is done with it
     */
    private static <T extends Record> Map<String, Found<T>> ask(
            Map<String, Question<T>> questions,
            Class<T> type,
            Predicate<T> isWhole,
            ExplorationCache cache,
            String one,
            String many,
            String done,
            Console out) {
        Map<String, Found<T>> known = new HashMap<>();
        Map<String, Callable<T>> open = new LinkedHashMap<>();
        questions.forEach((key, question) -> {
            Found<T> found = cache.find(question.name(), type);
            if (found == null) {
                open.put(key, question.answer());
            } else {
                known.put(key, found);
            }
        });
        if (!known.isEmpty()) {
            SortedSet<String> dates = known.values().stream()
                    .map(found -> requireNonNull(found.date()))
                    .collect(Collectors.toCollection(TreeSet::new));
            out.println((known.size() == 1 ? "1 " + one + " was" : known.size() + " " + many + " were")
                    + " " + done + " on " + dates.first() + (dates.size() == 1 ? "" : " and later")
                    + ", from the cache (--no-cache explores anew)");
        }
        answers(open, many + " " + done, out).forEach((key, answer) -> {
            if (isWhole.test(answer)) {
                cache.put(requireNonNull(questions.get(key)).name(), answer);
            }
            known.put(key, new Found<>(answer, null));
        });
        cache.write();
        Map<String, Found<T>> inOrder = new LinkedHashMap<>();
        questions.keySet().forEach(key -> inOrder.put(key, requireNonNull(known.get(key))));
        return inOrder;
    }

    /**
     * Which steps are needed, by race: those of the present kernel's {@code points}, and in their places those that a declared
     * mutant lacks and of which it is known what that comes to.
     *
     * @param predictions what is known already, by key
     * @throws RuleViolation if model code breaks a rule of the explored machine
     */
    static Map<String, List<Necessity.Row>> necessity(
            List<Point> points, Map<String, PredictionSummary> predictions, ExplorationCache cache, Console out) {
        Map<String, Reachability> known = new HashMap<>();
        predictions.forEach((key, prediction) -> known.put(key, prediction.reachableFrom()));
        Set<String> keys = points.stream().map(Point::key).collect(Collectors.toSet());
        Map<String, Question<Steps>> questions = new LinkedHashMap<>();
        for (Race race : Catalogue.RACES) {
            Set<String> places = points.stream()
                    .filter(point -> point.race().equals(race.name()))
                    .map(Point::place)
                    .collect(Collectors.toSet());
            if (!places.isEmpty()) {
                questions.put(
                        race.name(),
                        new Question<>(
                                "steps " + race.name() + " " + Sha256.hex(question(race, keys, known)),
                                () -> new Steps(Necessity.of(
                                                race,
                                                (mutant, original) -> keys.contains(original.key())
                                                        || (known.containsKey(mutant.key())
                                                                && places.contains(mutant.place())),
                                                known)
                                        .rows())));
            }
        }
        Map<String, List<Necessity.Row>> rows = new LinkedHashMap<>();
        ask(questions, Steps.class, Steps::isWhole, cache, "race", "races", "explored without each step", out)
                .forEach((race, found) -> rows.put(race, found.value().rows()));
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
            return rows.stream().noneMatch(row -> row.verdict() == Necessity.Verdict.UNKNOWN);
        }
    }

    /** The prediction of one point, its schedules in the kernel's words. */
    static PredictionSummary of(Point point) {
        return PredictionSummary.of(Prediction.of(point), schedule -> tell(point, schedule));
    }

    /** A schedule of {@code point} in the kernel's words. */
    static Transcript tell(Point point, Schedule schedule) {
        Race race = Catalogue.race(point.race()).orElseThrow();
        return Transcript.of(schedule, race.actors());
    }

    /** The answers to {@code questions}, in their order. */
    private static <T> Map<String, T> answers(Map<String, Callable<T>> questions, String done, Console out) {
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

    private static <T> Map<String, T> collect(Map<String, Future<T>> asked, String done, Console out) {
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
