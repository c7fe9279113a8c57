// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.Iterator;
import java.util.stream.Stream;
import pagerace.race.Catalogue;
import pagerace.race.Race;

/** What the shell may complete an argument to. */
final class Completions {
    private Completions() {}

    /** {@code RACE}. */
    static final class Races implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Catalogue.RACES.stream().map(Race::name).iterator();
        }
    }

    /** {@code RACE} and {@code RACE/VARIANT}. */
    static final class Variants implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Catalogue.RACES.stream()
                    .flatMap(race -> Stream.concat(
                            Stream.of(race.name()),
                            race.variants().stream().map(variant -> race.name() + "/" + variant.name())))
                    .iterator();
        }
    }
}
