// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Race;

/** What commands print for programs: an object per line, and nothing else. */
class JsonLinesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static List<JsonNode> objects(String... arguments) throws JsonProcessingException {
        Ran ran = Ran.of(arguments);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        List<JsonNode> objects = new ArrayList<>();
        for (String line : ran.out().lines().toList()) {
            objects.add(JSON.readTree(line));
        }
        assertThat(objects).isNotEmpty().allMatch(JsonNode::isObject);
        return objects;
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void everyVariantAndEveryPointIsListed() throws JsonProcessingException {
        List<JsonNode> variants = objects("list", "--json");
        assertThat(variants)
                .hasSize(Catalogue.RACES.stream()
                        .map(Race::variants)
                        .mapToInt(List::size)
                        .sum())
                .allSatisfy(variant ->
                        assertThat(names(variant)).containsExactly("race", "name", "origin", "deadlocks", "points"));
        List<String> keys = new ArrayList<>();
        variants.forEach(variant -> keys.addAll(names(variant.get("points"))));
        assertThat(keys)
                .containsExactlyInAnyOrderElementsOf(
                        Catalogue.points().map(Point::key).toList());
    }

    @Test
    void aRaceAndAVariantAreExplained() throws JsonProcessingException {
        assertThat(objects("explain", "--json", "UnpinDirtyVsClean"))
                .singleElement()
                .satisfies(race -> assertThat(names(race)).contains("question", "invariant", "outcomes", "variants"));
        assertThat(objects("explain", "--json", "UnpinDirtyVsClean/PRECHECK"))
                .singleElement()
                .satisfies(variant -> assertThat(variant.at("/points/UnpinDirtyVsClean~1PRECHECK")
                                .asText())
                        .isEqualTo("TSO"));
    }

    @Test
    void aPointIsExplored() throws JsonProcessingException {
        assertThat(objects("explore", "--json", "UnpinDirtyVsClean/PRECHECK"))
                .singleElement()
                .satisfies(point -> {
                    assertThat(names(point)).containsExactly("key", "recorded", "models");
                    assertThat(names(point.at("/models/WEAK")))
                            .containsExactly("outcomes", "states", "bound", "digest");
                });
    }

    @Test
    void stepsAreDropped() throws JsonProcessingException {
        assertThat(objects("necessity", "--json", "UnpinDirtyVsClean"))
                .allSatisfy(row -> assertThat(names(row))
                        .containsExactly("race", "mutant", "difference", "original", "verdict", "words", "places"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "list --points --json | The points stand in the lines of --json; leave out --points.",
                "necessity --orderings --json | Orderings have no form for --json yet; leave out --orderings.",
                "explore --trace --json Unpin | Schedules are not for --json; leave out --trace, --outcome or --source.",
            })
    void whatHasNoSuchForm(String arguments, String sentence) {
        Ran.of(arguments.split(" ", -1)).isRefusedWith(sentence);
    }
}
