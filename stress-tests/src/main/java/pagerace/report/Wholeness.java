// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Site;
import pagerace.explore.Transcript;
import pagerace.price.Price;
import pagerace.price.Price.Ratio;
import pagerace.price.PriceControl;
import pagerace.verdict.Measurement;
import pagerace.verdict.PredictionSummary.Told;
import pagerace.verdict.Verdict;

/** Whether what was read from a file has all that its readers lean on. */
final class Wholeness {
    private Wholeness() {}

    /**
     * Checks that no component is null that must not be, and no number is below zero or none.
     *
     * @throws NotWhole if one is
     */
    static void check(Record value) throws NotWhole {
        Optional<String> flaw = flaws("", value).findFirst();
        require(flaw.isEmpty(), flaw.orElse(""));
    }

    private static Stream<String> flaws(String name, @Nullable Object value) {
        if (value == null) {
            return Stream.of("lacks " + name);
        }
        if (value instanceof Number number) {
            boolean counts = Double.isFinite(number.doubleValue()) && number.doubleValue() >= 0;
            return counts ? Stream.empty() : Stream.of("has " + number + " as " + name);
        }
        if (value instanceof Record owner) {
            return Arrays.stream(owner.getClass().getRecordComponents())
                    .flatMap(component -> flaws(name.isEmpty() ? "" : name + ".", owner, component));
        }
        if (value instanceof Collection<?> all) {
            return all.stream().flatMap(each -> flaws(name, each));
        }
        return value instanceof Map<?, ?> map ? flaws(name, map.values()) : Stream.empty();
    }

    private static Stream<String> flaws(String prefix, Record owner, RecordComponent component) {
        try {
            Object value = component.getAccessor().invoke(owner);
            boolean mayBeNull = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            return (value == null && mayBeNull) || (value instanceof Number number && mayBeNegative(owner, number))
                    ? Stream.empty()
                    : flaws(prefix + component.getName(), value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The line of a site, if the class file does not say; and what is left of a time on a busy host without that of the clock. */
    private static boolean mayBeNegative(Record owner, Number number) {
        return Double.isFinite(number.doubleValue())
                && (owner instanceof Site
                        || owner instanceof Price
                        || owner instanceof PriceControl
                        || owner instanceof Ratio);
    }

    /**
     * Checks that each part of a report finds the others that it names.
     *
     * @throws NotWhole if one does not
     */
    static void check(Report report) throws NotWhole {
        require(report.schema() == Report.SCHEMA, "is of version " + report.schema());
        require(!report.points().isEmpty(), "has no points");
        require(!report.hosts().isEmpty(), "has no hosts");
        distinct("race", report.races(), RaceFacts::name);
        distinct("point", report.points(), PointFacts::key);
        distinct("host", report.hosts(), HostReport::host);
        distinct(
                "run",
                report.hosts().stream().flatMap(host -> host.runs().stream()).toList(),
                Run::id);
        Map<String, Set<String>> variants = report.races().stream()
                .collect(Collectors.toMap(RaceFacts::name, race -> set(race.variants(), RaceFacts.VariantFacts::name)));
        for (PointFacts point : report.points()) {
            require(
                    variants.getOrDefault(point.race(), Set.of()).contains(point.variant()),
                    "lacks the variant of the point " + point.key());
            for (Told told : point.predicted().schedules().values()) {
                check(point, told.transcript());
            }
        }
        for (HostReport host : report.hosts()) {
            check(report, host);
        }
    }

    private static void check(Report report, HostReport host) throws NotWhole {
        require(
                !host.runs().isEmpty()
                        && host.runs().stream()
                                .allMatch(run -> HostClass.of(run.host()).equals(host.host())),
                "lacks the run on " + host.host());
        List<String> keys = report.points().stream().map(PointFacts::key).toList();
        require(
                host.results().stream().map(Result::key).toList().equals(keys),
                "lacks one result for each point on " + host.host());
        for (Result result : host.results()) {
            require(
                    (result.verdict() == Verdict.INCONCLUSIVE) == (result.cause() != null)
                            && result.fails() == (result.verdict().isFailing() && !result.isLeftUndecided()),
                    "says two things of the point " + result.key());
        }
        Set<String> runs = set(host.runs(), Run::id);
        Set<String> planned = set(
                host.results().stream().filter(result -> result.plan() != null).toList(), Result::key);
        for (Measurement measurement : host.measurements()) {
            require(runs.contains(measurement.run()), "lacks the run " + measurement.run());
            require(Session.isDue(measurement.point(), planned), "lacks the plan for the point " + measurement.point());
        }
        require(
                new RunVerdicts(host.session(), host.results(), host.canaries()).verdict() == host.verdict(),
                "says " + host.verdict() + " of the run, which does not follow from its points");
    }

    private static void check(PointFacts point, Transcript schedule) throws NotWhole {
        int actors = schedule.actors().size();
        require(
                schedule.lines().stream().allMatch(line -> line.actor() < actors),
                "lacks an actor of the point " + point.key());
        String all = schedule.toString(); // with every text in it
        require(OneLine.of(all).equals(all), "has control characters in a schedule of the point " + point.key());
    }

    private static <T> void distinct(String what, List<T> all, Function<T, ?> name) throws NotWhole {
        Set<Object> seen = new HashSet<>();
        for (T each : all) {
            require(
                    seen.add(Objects.requireNonNull(name.apply(each))),
                    "has the " + what + " " + name.apply(each) + " twice");
        }
    }

    private static <T> Set<String> set(List<T> all, Function<T, String> name) {
        return all.stream().map(name).collect(Collectors.toSet());
    }

    private static void require(boolean met, String otherwise) throws NotWhole {
        if (!met) {
            throw new NotWhole(otherwise);
        }
    }
}
