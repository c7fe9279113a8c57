// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static pagerace.report.html.Markup.span;
import static pagerace.report.html.Markup.tag;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pagerace.explore.Trace;
import pagerace.explore.Transcript;
import pagerace.explore.Transcript.Tells;
import pagerace.race.Lifetime;
import pagerace.race.Outcome;
import pagerace.race.Stuckness;
import pagerace.report.RaceFacts;
import pagerace.verdict.PredictionSummary.Told;

/**
 * The schedules of a race, each drawn once however many points it breaks. Those to one outcome stand together, the simplest
 * first: that under the strongest model, and of these the one with the fewest lines.
 */
final class Schedules {
    /**
     * One schedule.
     *
     * @param outcome the forbidden outcome that it reaches
     * @param told what happens
     */
    private record Schedule(String outcome, Told told) {
        int length() {
            return told.transcript().lines().size();
        }

        long steps() {
            return told.transcript().lines().stream()
                    .filter(line -> line.tells() == Tells.STEP)
                    .count();
        }
    }

    private final RaceFacts race;
    private final Map<Schedule, List<PointResults>> brokenBy = new LinkedHashMap<>();
    private final List<Schedule> sorted;

    /** The schedules of those of {@code points} that the page shows. */
    Schedules(RaceFacts race, List<PointResults> points) {
        this.race = race;
        for (PointResults point : points) {
            if (point.isShown()) {
                point.facts()
                        .predicted()
                        .schedules()
                        .forEach((outcome, told) -> brokenBy.computeIfAbsent(
                                        new Schedule(outcome, told), unused -> new ArrayList<>())
                                .add(point));
            }
        }
        List<String> outcomes =
                race.outcomes().stream().map(RaceFacts.OutcomeFacts::word).toList();
        sorted = brokenBy.keySet().stream()
                .sorted(Comparator.<Schedule>comparingInt(schedule -> rank(outcomes, schedule.outcome))
                        .thenComparing(schedule -> schedule.told.under())
                        .thenComparingInt(Schedule::length))
                .toList();
    }

    /** The place in the race's list; what every race can come to besides stands last. */
    private static int rank(List<String> outcomes, String word) {
        int rank = outcomes.indexOf(word);
        return rank < 0 ? outcomes.size() : rank;
    }

    /** All of them, each behind its headline; the simplest to each outcome is open. Empty if there are none. */
    List<Markup> all() {
        Set<String> seen = new HashSet<>();
        return sorted.stream()
                .map(schedule -> section(schedule, seen.add(schedule.outcome)))
                .toList();
    }

    /** Links to the schedules of {@code point}; empty if it has none. */
    List<Markup> linksOf(PointResults point) {
        return sorted.stream()
                .filter(schedule -> brokenBy.getOrDefault(schedule, List.of()).contains(point))
                .map(schedule -> Fragments.link(id(schedule), schedule.outcome + " " + under(schedule)))
                .toList();
    }

    private String id(Schedule schedule) {
        return Fragments.id("schedule", race.name() + "-" + sorted.indexOf(schedule));
    }

    private static String under(Schedule schedule) {
        return switch (schedule.told.under()) {
            case SEQUENTIAL -> "without any race";
            case SC -> "by interleaving (SC)";
            default -> "under " + schedule.told.under();
        };
    }

    /** The sentence of the outcome: the race's, or that of a rule that every race has. */
    private String story(String word) {
        return Stream.concat(
                        race.outcomes().stream()
                                .filter(outcome -> outcome.word().equals(word))
                                .map(RaceFacts.OutcomeFacts::sentence),
                        Stream.concat(Stream.of(Stuckness.STUCK), Stream.of(Lifetime.values()))
                                .filter(outcome -> outcome.name().equals(word))
                                .map(Outcome::sentence))
                .findFirst()
                .orElse("not an outcome of the race");
    }

    private Markup section(Schedule schedule, boolean open) {
        Transcript transcript = schedule.told.transcript();
        String outcome = schedule.outcome + ": " + story(schedule.outcome);
        List<PointResults> broken = brokenBy.getOrDefault(schedule, List.of());
        String names = broken.stream().map(PointResults::name).collect(Collectors.joining(", "));
        String title = race.name() + "/" + names + ": " + schedule.outcome + " " + under(schedule);
        Markup headline = tag(
                "summary",
                tag("b", schedule.outcome),
                " " + under(schedule) + ": ",
                span("place", names),
                " (" + Fragments.counted(schedule.steps(), "step") + ")");
        List<Markup> links = broken.stream()
                .map(point -> Fragments.link(point.id(), point.name()))
                .toList();
        Markup text = tag(
                "details",
                tag("summary", "As text, with lines of model code"),
                tag("pre", Trace.print(transcript) + "    outcome => " + outcome + "\n")
                        .with("tabindex", "0"));
        Markup picture = Fragments.scrolling(title, SequenceDiagram.of(title, transcript, outcome));
        Markup content = tag(
                "div", picture, tag("p", links.size() == 1 ? "Point: " : "Points: ", Fragments.listed(links)), text);
        Markup details = tag("details", headline, content.with("id", id(schedule)));
        details.with("class", "schedule");
        return open ? details.with("open", "open") : details;
    }
}
