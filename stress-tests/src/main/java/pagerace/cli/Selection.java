// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pagerace.kernel.Release;
import pagerace.race.Nearest;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Variant;

/**
 * Which points a filter means. A filter is a race, {@code race/variant}, or a point's key; the beginning of one of these; or
 * a pattern for keys, in which {@code *} stands for anything and {@code ?} for one character. The whole name of a race or
 * variant means just that one, even where another begins with it. Behind an {@code @} stands the kernel release whose variants are
 * meant: {@link Kernels}.
 */
final class Selection {
    private final List<Race> races;

    Selection(List<Race> races) {
        this.races = races;
    }

    /**
     * The planned points that {@code filter} means, and the controls without which they could not be graded, in the order of
     * the catalogue.
     *
     * @throws BadInput if there are none
     */
    List<Point> select(String filter) {
        List<Point> planned = points().filter(Selection::isPlanned).toList();
        Predicate<Point> asked = filter.isBlank() ? point -> true : asked(filter.strip());
        List<Point> chosen = planned.stream().filter(asked).toList();
        if (chosen.isEmpty()) {
            throw new BadInput(complaint(filter.strip(), points().anyMatch(asked), planned));
        }
        Set<String> keys = withControls(chosen);
        return points().filter(point -> keys.contains(point.key())).toList();
    }

    /** The keys of {@code points}, and of the controls without which they could not be graded. */
    static Set<String> withControls(List<Point> points) {
        Set<String> keys = new HashSet<>();
        for (Point point : points) {
            keys.add(point.key());
            String control = point.controlKey();
            if (control != null && mayHold(point)) {
                keys.add(control);
            }
        }
        return keys;
    }

    /**
     * All points that {@code filter} means, whether threads run them or not; all there are if it is blank.
     *
     * @throws BadInput if there are none
     */
    List<Point> selectAll(String filter) {
        List<Point> all = points().toList();
        if (filter.isBlank()) {
            return all;
        }
        List<Point> chosen = all.stream().filter(asked(filter.strip())).toList();
        if (chosen.isEmpty()) {
            throw new BadInput(complaint(filter.strip(), false, all));
        }
        return chosen;
    }

    /**
     * The race called {@code name}.
     *
     * @throws BadInput if there is none
     */
    Race race(String name) {
        if (isPattern(name)) {
            throw new BadInput(name + " is a pattern, and this command takes one name; explore takes patterns.");
        }
        return races.stream()
                .filter(race -> race.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new BadInput(noRace(name)));
    }

    /**
     * The points of the variant {@code RACE/VARIANT}, or the one with the key {@code RACE/VARIANT[dimensions]}; nothing else
     * is understood.
     *
     * @throws BadInput if there are none
     */
    List<Point> named(String name) {
        if (isPattern(name)) {
            race(name);
        }
        List<Point> there = race(name.substring(0, name.indexOf('/'))).points();
        List<Point> named = there.stream()
                .filter(point -> point.key().equals(name) || variantOf(point).equals(name))
                .toList();
        if (named.isEmpty()) {
            throw new BadInput(complaint(name, false, there));
        }
        return named;
    }

    private Predicate<Point> asked(String filter) {
        int in = filter.indexOf(Kernels.IN);
        if (in >= 0) {
            Release release = Kernels.release(filter.substring(in + 1));
            String names = filter.substring(0, in).strip();
            Predicate<Point> named = names.isEmpty() ? point -> true : asked(names);
            return named.and(point -> Kernels.has(release, point.variant()));
        }
        if (isPattern(filter)) {
            Pattern pattern = glob(filter);
            return point -> pattern.matcher(point.key()).matches()
                    || pattern.matcher(point.race()).matches()
                    || pattern.matcher(variantOf(point)).matches();
        }
        if (points().anyMatch(point -> variantOf(point).equals(filter))) {
            return point -> variantOf(point).equals(filter);
        }
        if (points().anyMatch(point -> point.race().equals(filter))) {
            return point -> point.race().equals(filter);
        }
        return point -> point.key().startsWith(filter);
    }

    private static boolean isPattern(String filter) {
        return filter.contains("*") || filter.contains("?");
    }

    private static Pattern glob(String filter) {
        return Pattern.compile(filter.chars()
                .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf((char) c)))
                .collect(Collectors.joining()));
    }

    private String complaint(String filter, boolean exploredOnly, List<Point> planned) {
        int in = filter.indexOf(Kernels.IN);
        if (in >= 0) {
            String names = filter.substring(0, in).strip();
            if (!exploredOnly && !names.isEmpty() && points().noneMatch(asked(names))) {
                return complaint(names, false, planned);
            }
            String all = names.isEmpty() ? "the catalogue" : names;
            return "Linux " + Kernels.release(filter.substring(in + 1)) + " has no variant of " + all
                    + (exploredOnly
                            ? " that real threads run; explore looks at those it has."
                            : "; list"
                                    + (names.isEmpty() ? "" : " " + names.replaceFirst("[/\\[].*", ""))
                                    + " says which releases have one.");
        }
        List<String> keys = planned.stream().map(Point::key).toList();
        if (exploredOnly) {
            return filter + " is explored only; the nearest that real threads run is " + Nearest.to(filter, keys) + ".";
        }
        int slash = filter.indexOf('/');
        String raceName = slash < 0 ? filter : filter.substring(0, slash);
        for (Race race : races) {
            if (race.name().equals(raceName) && slash >= 0) {
                String rest = filter.substring(slash + 1);
                String variant = rest.contains("[") ? rest.substring(0, rest.indexOf('[')) : rest;
                List<String> variants =
                        race.variants().stream().map(Variant::name).toList();
                return variants.contains(variant)
                        ? noPoint(race, filter, keys)
                        : "The race " + raceName + " has no variant " + variant + "; "
                                + Nearest.hint(variant, variants, "list " + raceName + " names those it has") + ".";
            }
        }
        return noRace(raceName);
    }

    private String noRace(String name) {
        List<String> having = races.stream()
                .filter(race -> race.variants().stream()
                        .anyMatch(variant -> variant.name().equals(name)))
                .map(Race::name)
                .toList();
        if (!having.isEmpty()) {
            int last = having.size() - 1;
            String all =
                    last == 0 ? having.get(0) : String.join(", ", having.subList(0, last)) + " and " + having.get(last);
            return name + " is a variant of " + all + "; write " + having.get(0) + "/" + name + ".";
        }
        return "There is no race " + name + "; "
                + Nearest.hint(name, races.stream().map(Race::name).toList(), "list names the races") + ".";
    }

    /** {@code key} names a variant of {@code race}, but no place: which dimensions it leaves out, or what is near. */
    private static String noPoint(Race race, String key, List<String> keys) {
        String variant = key.substring(0, key.indexOf('['));
        String rest = key.substring(variant.length() + 1);
        List<String> given = List.of(rest.replaceFirst("].*", "").split(",", -1));
        List<String> lacking = race.dimensions().stream()
                .filter(values -> values.stream().noneMatch(value -> given.contains(value.label())))
                .map(values -> values.get(0).dimension())
                .toList();
        List<Point> places = race.points().stream()
                .filter(point -> variantOf(point).equals(variant))
                .toList();
        String instance = places.stream()
                .min(Comparator.comparing(point -> -agreeing(point, given)))
                .orElseThrow()
                .key();
        if (given.size() < race.dimensions().size() && !lacking.isEmpty()) {
            return "[" + String.join(",", given) + "] does not say " + String.join(" or ", lacking) + "; a key of "
                    + race.name()
                    + " ends with ["
                    + race.dimensions().stream()
                            .map(values -> values.get(0).dimension())
                            .collect(Collectors.joining(","))
                    + "], for instance " + instance + ".";
        }
        return "There is no point " + key + "; "
                + Nearest.hint(key, keys, "list --points " + race.name() + " names those there are") + ".";
    }

    /** How many of the values that are {@code given} are those of {@code point}. */
    private static int agreeing(Point point, List<String> given) {
        return (int) point.dimensions().stream()
                .filter(value -> given.contains(value.label()))
                .count();
    }

    private Stream<Point> points() {
        return races.stream().flatMap(race -> race.points().stream());
    }

    /** Whether a control is needed to say so. That of an own fix may be a variant that no plan has in this place. */
    private static boolean mayHold(Point point) {
        return point.reachableFrom() == Reachability.NEVER || point.variant().isOwn();
    }

    private static boolean isPlanned(Point point) {
        return point.stress() == Point.Stress.PLANNED;
    }

    private static String variantOf(Point point) {
        return point.race() + "/" + point.variant().name();
    }
}
