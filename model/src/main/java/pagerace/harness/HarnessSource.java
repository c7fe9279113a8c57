// SPDX-License-Identifier: Apache-2.0
package pagerace.harness;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pagerace.race.Catalogue;
import pagerace.race.Dimension;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Stuckness;

/**
 * The source text of one harness: of a planned point of the catalogue, or of a race, for points that have none of their own.
 * Every harness of a race has the same rows of outcomes; only their grades differ.
 */
public final class HarnessSource {
    /** The system property that names the point to the harness of a race. */
    public static final String POINT = "pagerace.point";

    private HarnessSource() {}

    /** Whether {@code point} has a harness of its own. Fixes of users, which no compiler of ours has seen, have none. */
    public static boolean isEmittedFor(Point point) {
        return point.stress() == Point.Stress.PLANNED && !point.variant().isOwn();
    }

    /** The simple name of the class that stresses {@code point}: its own, or else its race's, which {@link #POINT} must tell. */
    public static String harnessOf(Point point) {
        return isEmittedFor(point) ? className(point) : anyOf(point.race());
    }

    /** The simple name of the class that stresses any point of {@code race}. */
    static String className(Race race) {
        return anyOf(race.name());
    }

    private static String anyOf(String race) {
        return "Any_" + race;
    }

    /** The simple name of the class of a point's own: its key, spelled as an identifier. */
    static String className(Point point) {
        return Stream.concat(
                        Stream.of(point.race(), point.variant().name()),
                        point.dimensions().stream().map(Dimension::label))
                .map(part -> part.replaceAll("[^A-Za-z0-9_]", "_"))
                .collect(Collectors.joining("_"));
    }

    /** Every outcome that a harness of {@code race} has a row for: the race's own, then {@link Stuckness#STUCK}. */
    public static List<Outcome> rows(Race race) {
        return Stream.concat(race.outcomes().stream(), Stream.of(Stuckness.STUCK))
                .toList();
    }

    /** The name of the JCStress expectation of {@code outcome} at {@code point}. */
    public static String grade(Point point, Outcome outcome) {
        return switch (outcome.mark()) {
            case PERMITTED -> "ACCEPTABLE";
            case WINDOW -> "ACCEPTABLE_INTERESTING";
            case FORBIDDEN -> mayShow(point, outcome) ? "ACCEPTABLE_INTERESTING" : "FORBIDDEN";
        };
    }

    private static boolean mayShow(Point point, Outcome outcome) {
        if (outcome == Stuckness.STUCK && !point.variant().deadlocks()) {
            return false;
        }
        return point.reachableFrom() != Reachability.NEVER;
    }

    /** The harness of {@code point}. */
    static String of(String packageName, Point point) {
        return of(
                packageName,
                className(point),
                "{@code " + point.key() + "}",
                point.variant().difference() + ".",
                Catalogue.race(point.race()).orElseThrow(),
                outcome -> grade(point, outcome),
                quote(point.key()));
    }

    /** The harness of {@code race} for any of its points. What is forbidden it cannot know. */
    static String of(String packageName, Race race) {
        return of(
                packageName,
                className(race),
                "the point of {@code " + race.name() + "} that a system property names",
                race.question(),
                race,
                outcome -> outcome.mark() == Outcome.Mark.PERMITTED ? "ACCEPTABLE" : "ACCEPTABLE_INTERESTING",
                "System.getProperty(" + quote(POINT) + ", \"\")");
    }

    private static String of(
            String packageName,
            String className,
            String subject,
            String description,
            Race race,
            Function<Outcome, String> grade,
            String key) {
        String rows = rows(race).stream()
                .map(outcome -> "@Outcome(id = \"%s\", expect = Expect.%s, desc = %s)%n"
                        .formatted(outcome.name(), grade.apply(outcome), quote(outcome.sentence() + ".")))
                .collect(Collectors.joining());
        return """
                // SPDX-License-Identifier: Apache-2.0
                package %1$s;

                import org.openjdk.jcstress.annotations.Actor;
                import org.openjdk.jcstress.annotations.Arbiter;
                import org.openjdk.jcstress.annotations.Description;
                import org.openjdk.jcstress.annotations.Expect;
                import org.openjdk.jcstress.annotations.JCStressTest;
                import org.openjdk.jcstress.annotations.Outcome;
                import org.openjdk.jcstress.annotations.State;
                import pagerace.race.Catalogue;
                import pagerace.race.Point;

                /** Stresses %2$s. */
                @JCStressTest
                @Description(%3$s)
                %4$s@State
                public class %5$s extends Harness {
                    private static final Point POINT = Catalogue.point(%6$s);

                    /** A fresh scenario. */
                    public %5$s() {
                        super(POINT);
                    }

                    /** The initiator. */
                    @Actor
                    public void first() {
                        runFirst();
                    }

                    /** The opponent. */
                    @Actor
                    public void second() {
                        runSecond();
                    }

                    /** The judge. */
                    @Arbiter
                    public void judge(OutcomeWord result) {
                        runJudge(result);
                    }
                }
                """.formatted(packageName, subject, quote(description), rows, className, key);
    }

    /** {@code text} as a string literal of one line. */
    private static String quote(String text) {
        StringBuilder literal = new StringBuilder("\"");
        text.chars().forEach(c -> {
            switch (c) {
                case '"', '\\' -> literal.append('\\').append((char) c);
                case '\n', '\r' -> literal.append(' ');
                default -> {
                    if (c < 0x20 || c > 0x7e) {
                        literal.append(String.format(Locale.ROOT, "\\u%04x", c));
                    } else {
                        literal.append((char) c);
                    }
                }
            }
        });
        return literal.append('"').toString();
    }
}
