// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import pagerace.explore.Prediction;
import pagerace.explore.Transcript;
import pagerace.race.Catalogue;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.report.Report;
import pagerace.report.Run;
import pagerace.report.Session;
import pagerace.verdict.Distance;
import pagerace.verdict.Host;
import pagerace.verdict.Measurement;
import pagerace.verdict.PredictionSummary;
import pagerace.verdict.Seat;
import pagerace.verdict.TestRace;
import pagerace.verdict.Tier;

/** Reports of a real race, really explored, with made-up measurements. */
final class Pages {
    private Pages() {}

    /** {@code UnpinDirtyVsClean} on one class of hosts. */
    static Report explored() {
        return explored(List.of(session("amd64", Reachability.TSO)));
    }

    /** The same on two. */
    static Report onTwoHosts() {
        return explored(List.of(session("amd64", Reachability.TSO), session("aarch64", Reachability.WEAK)));
    }

    /** The same on one class of hosts, where each tier ran at a distance of its own. */
    static Report atDistances() {
        Session session = session("amd64", Reachability.TSO);
        List<Measurement> apart = session.measurements().stream()
                .map(m -> m.tier() == Tier.C1
                        ? at(new Seat(List.of(0, 8), Distance.SIBLINGS), m)
                        : at(new Seat(List.of(0, 1), Distance.ONE_CACHE), m))
                .toList();
        return explored(List.of(new Session(session.runs(), session.plan(), apart, null)));
    }

    private static Measurement at(Seat seat, Measurement m) {
        return new Measurement(
                m.run(),
                m.vm(),
                m.point(),
                m.tier(),
                seat,
                m.stride(),
                m.millis(),
                m.measuringMillis(),
                m.cpuShare(),
                m.outcomes(),
                m.warmUp(),
                m.probe(),
                m.failure());
    }

    private static Report explored(List<Session> sessions) {
        Race race = race();
        Map<String, PredictionSummary> predictions = new LinkedHashMap<>();
        race.points().forEach(point -> predictions.put(point.key(), prediction(race, point)));
        return Report.of(List.of(race), TestRace.keys(List.of(race)), predictions, Map.of(), sessions);
    }

    private static Race race() {
        return Catalogue.race("UnpinDirtyVsClean").orElseThrow();
    }

    private static PredictionSummary prediction(Race race, Point point) {
        return PredictionSummary.of(Prediction.of(point), schedule -> Transcript.of(schedule, race.actors()));
    }

    /** The predicted outcomes, a thousand times each: so that what is broken is shown, and what is right holds. */
    private static Session session(String arch, Reachability memoryModel) {
        Host host = new Host("Linux 6.1", arch, 2, "17.0.1+1", memoryModel);
        Run run = new Run(
                arch + "-id", "2026-01-02T03:04:05Z", "1.0", null, host, "", null, List.of(), 1, 240, 200, true);
        List<String> plan = new ArrayList<>();
        List<Measurement> measurements = new ArrayList<>(TestRace.canaries(run.id()));
        for (Point point : race().points()) {
            plan.add(point.key());
            PredictionSummary prediction = prediction(race(), point);
            Map<String, Long> outcomes = race().outcomes().stream()
                    .map(Outcome::name)
                    .filter(word -> prediction.allows(memoryModel, word))
                    .collect(Collectors.toMap(word -> word, word -> 500_000L));
            for (Tier tier : Tier.values()) {
                measurements.add(new Measurement(
                        run.id(), 1, point.key(), tier, 4, 1000, 1000, 1, outcomes, Map.of(), TestRace.GOOD, null));
            }
        }
        return new Session(List.of(run), plan, measurements, null);
    }
}
