// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pagerace.mm.Kernel;
import pagerace.race.Candidate;
import pagerace.race.Catalogue;
import pagerace.race.Listed;
import pagerace.race.Race;
import pagerace.race.Variant;

class MutantTest {
    /** Races in which it is no matter what may be pinned have a GUP-fast that does not ask, in most of their mutants. */
    private static final String PINS = "with the GupFast of 6.1";

    @ParameterizedTest
    @EnumSource
    void onlyADeadlockMayShowAsAWaitThatGaveUpAndNoneAsACrash(Mutant mutant) {
        assertThat(mutant.mayShowAs("exclusive pins: a pin for writing is on folio 37"))
                .isTrue();
        assertThat(mutant.mayShowAs(Violation.STUCK + ": thread 1 waits for something that never comes"))
                .isEqualTo(mutant == Mutant.WAIT_FOR_FOLIO_LOCK);
        assertThat(mutant.mayShowAs(Violation.CRASH + ": thread 1: an exception"))
                .isFalse();
    }

    /**
     * A mutant is one mistake, wherever it is made. Two mutants of the catalogue may share a name only if they change different releases:
     * then neither can be taken for the other.
     */
    @Test
    void mutantsOfOneNameMakeOneMistakeAndOneMistakeHasOneName() {
        Map<String, Set<String>> changesOf = new TreeMap<>();
        Map<String, Set<String>> namesOf = new TreeMap<>();
        List<Map<String, Kernel>> places = new ArrayList<>();
        Catalogue.BUILT_IN.forEach(race -> places.add(mutants(race)));
        places.add(Stream.of(Mutant.values()).collect(toMap(Mutant::name, Mutant::kernel)));
        for (Map<String, Kernel> mutants : places) {
            mutants.forEach((name, kernel) -> {
                Set<String> changes = changes(kernel);
                changes.removeAll(common(kernel.release(), mutants.values()));
                changesOf
                        .computeIfAbsent(name + " in " + kernel.release(), any -> new TreeSet<>())
                        .add(changes.toString());
                namesOf.computeIfAbsent(kernel.release() + changes, any -> new TreeSet<>())
                        .add(name);
            });
        }
        assertThat(changesOf).hasSizeGreaterThan(Mutant.values().length);
        changesOf.values().removeIf(changes -> changes.size() == 1);
        assertThat(changesOf).as("mistakes of one name").isEmpty();
        namesOf.values().removeIf(names -> names.size() == 1);
        assertThat(namesOf).as("names of one mistake").isEmpty();
    }

    private static Map<String, Kernel> mutants(Race race) {
        Map<String, Kernel> mutants = new TreeMap<>();
        for (Candidate variant : race.variants()) {
            if (variant.origin().kind() == Variant.Kind.MUTANT && variant instanceof Listed listed) {
                mutants.put(variant.name(), listed.row().kernel());
            }
        }
        return mutants;
    }

    /** What a race, or the soak, chooses for all of its mutants of a release. */
    private static Set<String> common(String release, Collection<Kernel> kernels) {
        List<Kernel> alike = kernels.stream()
                .filter(kernel -> kernel.release().equals(release))
                .toList();
        Set<String> common = new TreeSet<>(Set.of(PINS));
        if (alike.size() > 1) {
            Set<String> all = changes(alike.get(0));
            alike.forEach(kernel -> all.retainAll(changes(kernel)));
            common.addAll(all);
        }
        return common;
    }

    /** What the kernel says of itself, in one order. */
    private static Set<String> changes(Kernel kernel) {
        return Stream.of(kernel.toString().substring(kernel.release().length()).split(","))
                .map(String::strip)
                .collect(toCollection(TreeSet::new));
    }
}
