// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
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
     * The predictions of {@code points}, by key and in their order.
     *
     * @throws RuleViolation if model code breaks a rule of the explored machine
     * @throws pagerace.own.BadFix if an own fix does
     */
    static Map<String, Prediction> of(List<Point> points, PrintStream out) {
        Map<String, Callable<Prediction>> questions = new LinkedHashMap<>();
        points.forEach(point -> questions.put(point.key(), () -> of(point)));
        return answers(questions, "points explored", out);
    }

    /**
     * Which steps are needed, by race: those of the present kernel's {@code points}, and in their places those that a declared
     * mutant lacks and of which it is known what that comes to.
     *
     * @param predictions what is known already, by key
     * @throws RuleViolation if model code breaks a rule of the explored machine
     */
    static Map<String, List<Necessity.Row>> necessity(
            List<Point> points, Map<String, Prediction> predictions, PrintStream out) {
        Map<String, Reachability> known = new HashMap<>();
        predictions.forEach((key, prediction) -> known.put(key, prediction.reachableFrom()));
        Set<String> keys = points.stream().map(Point::key).collect(Collectors.toSet());
        Map<String, Callable<List<Necessity.Row>>> questions = new LinkedHashMap<>();
        for (Race race : Catalogue.RACES) {
            Set<String> places = points.stream()
                    .filter(point -> point.race().equals(race.name()))
                    .map(Point::place)
                    .collect(Collectors.toSet());
            if (!places.isEmpty()) {
                questions.put(
                        race.name(),
                        () -> Necessity.of(
                                        race,
                                        (mutant, original) -> keys.contains(original.key())
                                                || (known.containsKey(mutant.key()) && places.contains(mutant.place())),
                                        known)
                                .rows());
            }
        }
        return answers(questions, "races explored without each step", out);
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
