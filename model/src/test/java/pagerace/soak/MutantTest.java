// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
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
        everyMutant((name, kernel) -> {
            changesOf
                    .computeIfAbsent(name + " in " + kernel.release(), any -> new TreeSet<>())
                    .add(changes(kernel));
            namesOf.computeIfAbsent(kernel.release() + changes(kernel), any -> new TreeSet<>())
                    .add(name);
        });
        assertThat(changesOf).allSatisfy((name, changes) -> assertThat(changes).hasSize(1));
        assertThat(namesOf).allSatisfy((change, names) -> assertThat(names).hasSize(1));
        assertThat(changesOf).hasSizeGreaterThan(Mutant.values().length);
    }

    private static void everyMutant(BiConsumer<String, Kernel> each) {
        for (Mutant mutant : Mutant.values()) {
            each.accept(mutant.name(), mutant.kernel());
        }
        for (Race race : Catalogue.BUILT_IN) {
            for (Candidate variant : race.variants()) {
                if (variant.origin().kind() == Variant.Kind.MUTANT && variant instanceof Listed listed) {
                    each.accept(variant.name(), listed.row().kernel());
                }
            }
        }
    }

    /** What the kernel says of itself, in one order, without what its race or the soak chooses for all variants. */
    private static String changes(Kernel kernel) {
        return Stream.of(kernel.toString().substring(kernel.release().length()).split(","))
                .map(String::strip)
                .filter(change ->
                        !change.equals("with MarkDirty.LOCK_FOLIO") && !change.equals("with the GupFast of 6.1"))
                .sorted()
                .collect(joining(", "));
    }
}
