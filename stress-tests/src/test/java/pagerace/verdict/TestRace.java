// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagerace.race.Dimension;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Variant;

/** A race of made-up points for tests of whatever looks at races from outside: nothing here can run. */
public final class TestRace implements Race {
    /** One outcome of each mark. */
    public enum End implements Outcome {
        /** Permitted. */
        QUIET(Mark.PERMITTED),
        /** In the window. */
        OVERLAPPED(Mark.WINDOW),
        /** Forbidden. */
        WRONG(Mark.FORBIDDEN);

        private final Mark mark;

        End(Mark mark) {
            this.mark = mark;
        }

        @Override
        public Story story() {
            return new Story(mark, "it came out " + name());
        }
    }

    /** One variant for each thing that can be expected of one. */
    public enum Fix implements Variant {
        /** Broken, and every host can show it. */
        BROKEN(Reachability.SC),
        /** Broken behind a store buffer. */
        UNFENCED(Reachability.TSO),
        /** Broken on weak machines. */
        RELAXED(Reachability.WEAK),
        /** Deadlocks. */
        DEADLOCK(Reachability.SC),
        /** Right. */
        FIXED(Reachability.NEVER),
        /** Right, and without a control. */
        FIXED_ALONE(Reachability.NEVER),
        /** Nobody knows. */
        OPEN(Reachability.UNKNOWN);

        private final Reachability from;

        Fix(Reachability from) {
            this.from = from;
        }

        @Override
        public Origin origin() {
            return new Origin(Kind.HISTORY, "1.0 .. 2.0", "-", "-", "it is " + name());
        }

        @Override
        public boolean deadlocks() {
            return this == DEADLOCK;
        }
    }

    /** The size of the folio. */
    public enum Size implements Dimension {
        /** One page. */
        SMALL,
        /** Many. */
        LARGE;

        @Override
        public Choice choice() {
            return new Choice("folio", this == SMALL ? "small" : "large", "the folio is " + name());
        }
    }

    /** The point of {@code fix} and a small folio. */
    public static Point point(Fix fix) {
        return point(fix, Size.SMALL);
    }

    private static Point point(Fix fix, Size size) {
        @Nullable Fix control = fix == Fix.FIXED ? Fix.BROKEN : null;
        Point.Stress stress = size == Size.SMALL ? Point.Stress.PLANNED : Point.Stress.EXPLORED_ONLY;
        return new Point("TestRace", fix, List.of(size), fix.from, control, stress, machine -> {
            throw new UnsupportedOperationException();
        });
    }

    /** Nothing measured yet of a point. */
    public static Tally tally(Fix fix) {
        return new Tally(point(fix), List.of(End.values()));
    }

    /** One fork of a point, which had all the CPU time that it wanted. */
    public static Measurement fork(Fix fix, Tier tier, Map<String, Long> outcomes) {
        return new Measurement(point(fix).key(), tier, 1000, 1.0, outcomes, null);
    }

    @Override
    public String question() {
        return "Does it hold?";
    }

    @Override
    public String anchor() {
        return "-";
    }

    @Override
    public String invariant() {
        return "it holds";
    }

    @Override
    public String breakingSchedule() {
        return "first | second";
    }

    @Override
    public List<String> notModelled() {
        return List.of();
    }

    @Override
    public List<String> actors() {
        return List.of("first", "second");
    }

    @Override
    public List<End> outcomes() {
        return List.of(End.values());
    }

    @Override
    public List<Fix> variants() {
        return List.of(Fix.values());
    }

    @Override
    public List<Point> points() {
        return variants().stream()
                .flatMap(fix -> List.of(Size.values()).stream().map(size -> point(fix, size)))
                .toList();
    }
}
