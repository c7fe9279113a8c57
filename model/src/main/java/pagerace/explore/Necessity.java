// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Variant;

/**
 * Which steps of a fix are needed: each mutant, and the present kernel and each fix of a user's own without each of its steps,
 * beside what it is a mutant of.
 *
 * @param race the race
 * @param findings one finding per mutant and combination of dimensions
 */
public record Necessity(Race race, List<Finding> findings) {
    /** What dropping a step comes to. */
    public enum Verdict {
        /** The forbidden outcome becomes reachable, or reachable from a stronger memory model on. */
        NEEDED,
        /** Nothing can go wrong with the step, and nothing without it. */
        REDUNDANT,
        /**
         * The same, but nothing puts the step to the test: it does nothing in this place, or only looks at what no other actor
         * changes. That says nothing about the step.
         */
        NOT_EXERCISED,
        /** It goes wrong from the same memory model on, with the step and without it. */
        OF_NO_HELP,
        /** Less goes wrong without the step, as far as this race's outcomes tell: it serves another purpose. */
        AT_A_PRICE,
        /** A bound was hit. */
        UNKNOWN
    }

    /**
     * One mutant.
     *
     * @param mutant the mutant
     * @param original what it is a mutant of, in the same dimensions
     * @param from from which memory model on a forbidden outcome of the mutant is reachable
     * @param originalFrom the same of the original
     * @param exercised false if nothing forbidden is reachable with the step or without it, and nothing in the race could have
     *     disturbed it
     */
    public record Finding(
            Point mutant, Point original, Reachability from, Reachability originalFrom, boolean exercised) {
        /** What dropping the step comes to. */
        public Verdict verdict() {
            if (from == Reachability.UNKNOWN || originalFrom == Reachability.UNKNOWN) {
                return Verdict.UNKNOWN;
            }
            int weaker = from.compareTo(originalFrom);
            if (weaker != 0) {
                return weaker < 0 ? Verdict.NEEDED : Verdict.AT_A_PRICE;
            }
            if (from != Reachability.NEVER) {
                return Verdict.OF_NO_HELP;
            }
            return exercised ? Verdict.REDUNDANT : Verdict.NOT_EXERCISED;
        }

        /** The verdict in words: {@code needed: without it, reachable from TSO on}, {@code redundant for this outcome}. */
        public String inWords() {
            return switch (verdict()) {
                case NEEDED -> "needed: without it, reachable from " + from.inWords() + " on";
                case REDUNDANT -> "redundant for this outcome";
                case NOT_EXERCISED -> "not exercised: nothing here disturbs it";
                case OF_NO_HELP -> "of no help: from " + from.inWords() + " anyway";
                case AT_A_PRICE ->
                    "at a price: from " + originalFrom.inWords() + ", and without it "
                            + (from == Reachability.NEVER ? "never" : "from " + from.inWords());
                case UNKNOWN -> "unknown";
            };
        }
    }

    /** Explores all mutants of {@code race}. */
    public static Necessity of(Race race) {
        return of(race, point -> true);
    }

    /** Explores those mutants of {@code race} that have a point that is {@code wanted}. */
    public static Necessity of(Race race, Predicate<Point> wanted) {
        return of(race, (mutant, original) -> wanted.test(mutant), Map.of());
    }

    /**
     * Explores those mutants of {@code race} that are {@code wanted}, given the mutant and what it is a mutant of.
     *
     * @param known of points by key, from where on their forbidden outcome is reachable: they are not explored again
     */
    public static Necessity of(Race race, BiPredicate<Point, Point> wanted, Map<String, Reachability> known) {
        Asked asked = new Asked(known);
        List<Finding> findings = mutants(race)
                .filter(mutant -> wanted.test(mutant.point, mutant.original))
                .map(asked::finding)
                .toList();
        return new Necessity(race, findings);
    }

    /** What has been explored so far. */
    private static final class Asked {
        private final Map<String, Reachability> from;
        private final Map<String, Traffic> traffic = new HashMap<>();

        Asked(Map<String, Reachability> known) {
            from = new HashMap<>(known);
        }

        Finding finding(Mutant mutant) {
            Reachability originalFrom = from(mutant.original);
            Reachability without = from(mutant.point);
            boolean harmless = originalFrom == Reachability.NEVER && without == Reachability.NEVER;
            boolean exercised = !harmless || traffic(mutant.original).exercises(traffic(mutant.point));
            traffic.remove(mutant.point.key()); // nobody asks again, and there are many
            return new Finding(mutant.point, mutant.original, without, originalFrom, exercised);
        }

        private Reachability from(Point point) {
            Reachability known = from.get(point.key());
            if (known != null) {
                return known;
            }
            Explorer<Outcome> explorer = Explorer.of(point);
            Reachability found = Prediction.untilForbidden(point, explorer).reachableFrom();
            if (found == Reachability.NEVER) {
                traffic.put(point.key(), Traffic.of(explorer));
            }
            from.put(point.key(), found);
            return found;
        }

        /** Of a point whose forbidden outcomes are unreachable: what the weakest model lets its actors do. */
        private Traffic traffic(Point point) {
            return traffic.computeIfAbsent(point.key(), key -> {
                Explorer<Outcome> explorer = Explorer.of(point);
                explorer.explore(Weak.MODEL);
                return Traffic.of(explorer);
            });
        }
    }

    private record Mutant(Point point, Point original) {}

    /** Every mutant: those that the race declares, then each present kernel and each own fix without each of its steps. */
    private static Stream<Mutant> mutants(Race race) {
        Stream<Mutant> declared = race.points().stream()
                .filter(point -> point.variant().kind() == Variant.Kind.MUTANT)
                .flatMap(point -> original(race, point).map(original -> new Mutant(point, original)).stream());
        Stream<Mutant> dropped = race.points().stream()
                .filter(point -> point.variant().kind() == Variant.Kind.MAINLINE
                        || point.variant().kind() == Variant.Kind.OWN)
                .flatMap(point -> point.steps().stream().map(step -> new Mutant(point.without(step), point)));
        return Stream.concat(declared, dropped);
    }

    /** In the same dimensions: the variant that the difference names, else the first present kernel; perhaps none. */
    private static Optional<Point> original(Race race, Point mutant) {
        String difference = mutant.variant().difference();
        List<Point> candidates = race.points().stream()
                .filter(point -> point.dimensions().equals(mutant.dimensions()) && point.variant() != mutant.variant())
                .toList();
        Optional<Point> named = candidates.stream()
                .filter(point -> difference.matches("as " + point.variant().name() + "\\b.*"))
                .findFirst();
        return named.or(() -> candidates.stream()
                .filter(point -> point.variant().kind() == Variant.Kind.MAINLINE)
                .findFirst());
    }

    /**
     * What is said of one mutant in some places.
     *
     * @param mutant the mutant's name
     * @param difference in what it differs
     * @param original the name of what it is a mutant of
     * @param verdict what dropping the step comes to
     * @param words the same in words: {@link Finding#inWords}
     * @param places where: values of the dimensions, in which {@code *} stands for all
     */
    public record Row(
            String mutant, String difference, String original, Verdict verdict, String words, List<String> places) {}

    /** The findings, those that say the same of one mutant taken together. */
    public List<Row> rows() {
        Map<Variant, List<Finding>> byMutant = new LinkedHashMap<>();
        findings.forEach(finding -> byMutant.computeIfAbsent(finding.mutant.variant(), unused -> new ArrayList<>())
                .add(finding));
        List<Row> rows = new ArrayList<>();
        byMutant.forEach((mutant, its) -> {
            List<List<String>> all = its.stream().map(Necessity::labels).toList();
            Map<String, List<Finding>> byWords = new LinkedHashMap<>();
            its.forEach(finding -> byWords.computeIfAbsent(finding.inWords(), unused -> new ArrayList<>())
                    .add(finding));
            byWords.forEach((words, same) -> rows.add(new Row(
                    mutant.name(),
                    mutant.difference(),
                    same.get(0).original.variant().name(),
                    same.get(0).verdict(),
                    words,
                    Boxes.cover(same.stream().map(Necessity::labels).toList(), all))));
        });
        return List.copyOf(rows);
    }

    /**
     * The findings as plain text: per mutant its difference, then a line for each verdict with the dimensions that it holds
     * in, in which {@code *} stands for all values. A race without dimensions has one place, which has no name.
     */
    public String table() {
        StringBuilder text = new StringBuilder(race.name()).append('\n');
        String mutant = "";
        for (Row row : rows()) {
            if (!row.mutant.equals(mutant)) {
                mutant = row.mutant;
                text.append("  ")
                        .append(mutant)
                        .append(": ")
                        .append(row.difference)
                        .append('\n');
            }
            text.append("    ")
                    .append(row.words)
                    .append("  ")
                    .append(row.places.contains("[]") ? "in the only place" : String.join(" ", row.places))
                    .append('\n');
        }
        return text.toString();
    }

    private static List<String> labels(Finding finding) {
        return finding.mutant.dimensions().stream()
                .map(dimension -> dimension.label())
                .toList();
    }
}
