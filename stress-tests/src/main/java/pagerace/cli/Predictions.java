// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import pagerace.explore.Decoder;
import pagerace.explore.RuleViolation;
import pagerace.explore.Schedule;
import pagerace.explore.Trace;
import pagerace.mm.WordText;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Race;
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
        int cpus = Math.min(points.size(), Runtime.getRuntime().availableProcessors());
        ExecutorService explorers = Executors.newFixedThreadPool(Math.max(1, cpus));
        try {
            Map<String, Future<Prediction>> asked = new LinkedHashMap<>();
            points.forEach(point -> asked.put(point.key(), explorers.submit(() -> of(point))));
            return collect(asked, out);
        } finally {
            explorers.shutdownNow();
        }
    }

    /**
     * {@code points}, of which those of own fixes expect what {@code predictions} say: nobody else has recorded anything of
     * them.
     */
    static List<Point> settled(List<Point> points, Map<String, Prediction> predictions) {
        return points.stream()
                .map(point -> {
                    Prediction found = predictions.get(point.key());
                    return point.variant().isOwn() && found != null ? point.expecting(found.reachableFrom()) : point;
                })
                .toList();
    }

    /** The prediction of one point, its schedules in the kernel's words. */
    static Prediction of(Point point) {
        return Prediction.of(pagerace.explore.Prediction.of(point), schedule -> print(point, schedule));
    }

    /** A schedule of {@code point} as aligned columns, one per actor. */
    static String print(Point point, Schedule schedule) {
        Race race = Catalogue.race(point.race()).orElseThrow();
        return Trace.print(schedule, race.actors(), KERNEL);
    }

    private static Map<String, Prediction> collect(Map<String, Future<Prediction>> asked, PrintStream out) {
        long begin = System.nanoTime();
        Duration nextLine = LOG_INTERVAL;
        Map<String, Prediction> predictions = new LinkedHashMap<>();
        for (Map.Entry<String, Future<Prediction>> each : new ArrayList<>(asked.entrySet())) {
            predictions.put(each.getKey(), get(each.getValue()));
            Duration elapsed = Duration.ofNanos(System.nanoTime() - begin);
            if (elapsed.compareTo(nextLine) >= 0) {
                nextLine = elapsed.plus(LOG_INTERVAL);
                Duration left =
                        elapsed.multipliedBy(asked.size() - predictions.size()).dividedBy(predictions.size());
                out.println("[" + Budget.text(elapsed) + ", about " + Budget.text(left) + " left] " + predictions.size()
                        + " of " + asked.size() + " points explored");
            }
        }
        return predictions;
    }

    private static Prediction get(Future<Prediction> future) {
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
