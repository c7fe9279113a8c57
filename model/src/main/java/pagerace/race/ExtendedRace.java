// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.own.BadFix;
import pagerace.own.OwnFix;
import pagerace.own.OwnFixes;

/**
 * A race with users' own fixes: its variants end with them, and all else is the built-in race's.
 *
 * @param race the built-in race
 * @param own the variants that users added
 */
record ExtendedRace(Race race, List<OwnVariant> own) implements Race {
    /**
     * The races, each with the fixes that were found for it; one without any is itself.
     *
     * @throws BadFix if a fix could not be loaded, or fits nowhere
     */
    static List<Race> extend(List<Race> builtIn, OwnFixes found) {
        List<String> complaints = new ArrayList<>(found.complaints());
        List<Race> races = new ArrayList<>(builtIn);
        for (OwnFix<?, ?> fix : found.fixes()) {
            Optional<Race> race = named(races, fix.race());
            String complaint = race.isEmpty() ? noRace(fix, races) : complaint(fix, race.get());
            if (complaint == null) {
                races.replaceAll(each -> each.name().equals(fix.race()) ? with(each, fix) : each);
            } else {
                complaints.add("The own fix " + fix.getClass().getName() + " " + complaint + ".");
            }
        }
        if (!complaints.isEmpty()) {
            throw new BadFix(complaints);
        }
        return List.copyOf(races);
    }

    private static ExtendedRace with(Race race, OwnFix<?, ?> fix) {
        Race builtIn = race instanceof ExtendedRace extended ? extended.race : race;
        List<OwnVariant> before = race instanceof ExtendedRace extended ? extended.own : List.of();
        Candidate start = start(race, fix).orElseThrow();
        OwnVariant added = OwnVariant.of(fix, start, Place.all(race.dimensions()));
        return new ExtendedRace(
                builtIn, Stream.concat(before.stream(), Stream.of(added)).toList());
    }

    /** What is wrong with {@code fix} in {@code race}; null if nothing. */
    private static @Nullable String complaint(OwnFix<?, ?> fix, Race race) {
        Optional<Candidate> start = start(race, fix);
        if (start.isEmpty()) {
            return "starts from " + fix.race() + "/" + fix.startsFrom()
                    + ", which is no built-in variant; "
                    + Nearest.hint(
                            fix.startsFrom(),
                            names(builtIn(race)),
                            "the race has " + String.join(", ", names(builtIn(race))));
        }
        String name = fix.name();
        if (!name.matches("[A-Z][A-Z0-9_]*")) {
            return "is called \"" + name
                    + "\", but the name of a variant is a letter, then letters, digits and underscores,"
                    + " all capital: let it override name() and return, say, OWN_"
                    + name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9_]", "");
        }
        if (names(race.variants().stream()).contains(name)) {
            return "is called " + name + ", as another variant of " + race.name()
                    + " is; let it override name() and return," + " say, OWN_" + name;
        }
        Set<Class<?>> built = Place.all(race.dimensions()).stream()
                .filter(start.get()::has)
                .flatMap(at -> OwnVariant.operations(start.get(), at).stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (!built.contains(fix.replaces())) {
            return "replaces " + fix.replaces().getSimpleName() + ", which " + fix.race() + "/" + fix.startsFrom()
                    + " does not build by itself; it builds "
                    + built.stream().map(Class::getSimpleName).collect(Collectors.joining(", "));
        }
        return null;
    }

    private static String noRace(OwnFix<?, ?> fix, List<Race> races) {
        return "is for the race " + fix.race() + ", which does not exist; "
                + Nearest.hint(fix.race(), races.stream().map(Race::name).toList(), "./pagerace list names the races");
    }

    private static Optional<Race> named(List<Race> races, String name) {
        return races.stream().filter(race -> race.name().equals(name)).findFirst();
    }

    private static Optional<Candidate> start(Race race, OwnFix<?, ?> fix) {
        return builtIn(race)
                .filter(variant -> variant.name().equals(fix.startsFrom()))
                .findFirst();
    }

    private static Stream<Candidate> builtIn(Race race) {
        return race.variants().stream()
                .filter(variant -> !(variant instanceof OwnVariant))
                .map(Candidate.class::cast);
    }

    private static List<String> names(Stream<? extends Candidate> variants) {
        return variants.map(Candidate::name).toList();
    }

    @Override
    public List<? extends Candidate> variants() {
        return Stream.concat(race.variants().stream(), own.stream()).toList();
    }

    @Override
    public Candidate unfixed(Candidate variant) {
        return race.unfixed(variant instanceof OwnVariant mine ? mine.start() : variant);
    }

    @Override
    public String name() {
        return race.name();
    }

    @Override
    public Head head() {
        return race.head();
    }

    @Override
    public List<? extends Outcome> outcomes() {
        return race.outcomes();
    }

    @Override
    public List<List<? extends Dimension>> dimensions() {
        return race.dimensions();
    }
}
